# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Target tracking as Application Auto Scaling does it, one minute after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

# Its alarms look at 3 minutes above the target, and at 15 minutes below 90 % of it (AWS documentation of target
# tracking for Application Auto Scaling).
HIGH_POINTS, LOW_POINTS, LOW_SHARE = 3, 15, 0.9


@dataclass
class Tracker:
    """Target tracking of one service, fed with one figure a minute; ``target`` and figures in the same unit."""

    target: float
    cooldown: float
    points: list[float] = field(default_factory=list)
    quiet_until: float = 0.0

    def wanted(self, now: float, figure: float | None, desired: int, most: int) -> int:
        """The desired count after this minute's figure. No figure (None) changes nothing."""
        if figure is None:
            return desired
        self.points = [*self.points, figure][-LOW_POINTS:]
        high = len(self.points) >= HIGH_POINTS and min(self.points[-HIGH_POINTS:]) > self.target
        low = len(self.points) == LOW_POINTS and max(self.points) < LOW_SHARE * self.target
        if now < self.quiet_until or not (high or low):
            return desired
        proportional = math.ceil(desired * figure / self.target)
        new = min(most, max(desired, proportional)) if high else max(1, min(desired, proportional))
        if new != desired:
            self.quiet_until = now + self.cooldown
        return new
