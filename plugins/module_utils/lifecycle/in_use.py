# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether somebody would lose something if the platform ended now. Unknown figures count as somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COUNTS = ("desired", "running", "pending")


def is_on(service: Mapping[str, Any]) -> bool:
    """Whether a service has tasks or should have some. ``service`` is one of ``platform.service``."""
    return any(service[count] for count in COUNTS)


def obstacle(services: Mapping[str, Mapping[str, Any]], figures: Mapping[str, int | None], protected: int) -> str:
    """Say what stands in the way of ending the platform; empty if nothing does.

    ``services`` are those that are there, by kind; ``figures`` are the newest of ``participants``, ``busy`` (recorders)
    and ``waiting`` (recordings), None where nobody told; ``protected`` is how many tasks say that they have work.
    Without signalling nobody meets, whatever else runs.
    """
    on = {kind for kind, service in services.items() if is_on(service)}
    people, busy, waiting = (figures.get(figure) for figure in ("participants", "busy", "waiting"))
    if "signalling" in on and people:
        return f"{people} {'people meet' if people != 1 else 'person is in a meeting'}"
    if "recorder" in on and busy:
        return "a recorder is at work"
    if "recorder" in on and waiting:
        return f"{waiting} recording{'' if waiting == 1 else 's'} wait{'s' if waiting == 1 else ''} for upload"
    if protected:
        return (
            f"{protected} task{' says that it has' if protected == 1 else 's say that they have'} calls or recordings"
        )
    if "signalling" in on and people is None:
        return "nobody knows how many people meet, since jicofo has not told"
    if "recorder" in on and None in (busy, waiting):
        return "nobody knows what the recorders do, since they have not told"
    return ""
