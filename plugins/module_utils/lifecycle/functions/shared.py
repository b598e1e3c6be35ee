# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What many visitors ask for and few may look at: counted and kept in the table, for all instances of the function.

Memory comes first, so that even the table is not asked for each request of a flood.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .cloud import Cloud
from .state import MINUTE

# What an instance knows serves everybody who asks it within this time (seconds).
REMEMBER = 2
# An answer that nobody could make anew is given as long as this (seconds).
STALE = MINUTE


class Shared:
    """Counters and answers of one platform."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._memory: dict[str, tuple[float, Any]] = {}

    def remember(self, name: str, ask: Callable[[], Any], seconds: float = REMEMBER) -> Any:
        """What ``ask`` says, asked once in so many seconds by this instance."""
        now = self._cloud.now()
        if name not in self._memory or not 0 <= now - self._memory[name][0] < seconds:
            self._memory[name] = now, ask()
        return self._memory[name][1]

    def forget(self, name: str) -> None:
        """Ask anew next time."""
        self._memory.pop(name, None)

    def take(self, counter: str, period: int, limit: int) -> bool:
        """Count one in this period, unless ``limit`` are counted. A refusal is remembered, a permission is not."""
        name = f"refused {counter}"
        if self._memory.get(name, (0, None))[1] == period and self._cloud.now() - self._memory[name][0] < REMEMBER:
            return False
        if self._cloud.take(counter, period, limit):
            return True
        self._memory[name] = self._cloud.now(), period
        return False

    def look(self, name: str, seconds: int, ask: Callable[[], Any]) -> Any | None:
        """What ``ask`` says, asked once in so many seconds by whichever instance comes first. Until it has answered,
        the others get the answer before, or None if there is none of the last minute."""
        return self.remember(name, lambda: self._look(name, seconds, ask))

    def _look(self, name: str, seconds: int, ask: Callable[[], Any]) -> Any | None:
        now = self._cloud.now()
        told = self._cloud.told(name)
        if told is None or now - told[0] >= seconds:
            if self.take(f"looks at {name}", int(now // seconds), 1):
                found = ask()
                self._cloud.tell(name, json.dumps(found))
                return found
            if told is None or now - told[0] >= STALE:
                return None
        return json.loads(told[1])
