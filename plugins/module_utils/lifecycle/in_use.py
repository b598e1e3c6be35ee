# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether somebody would lose something if the platform, or only its signalling, ended now. Unknown figures count as
somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COUNTS = ("desired", "running", "pending")
RESTARTS = "restarts signalling, and every page reloads"
UNKNOWN = "nobody knows how many people meet, since jicofo has not told"
# What lets a run end calls: the variable, as people give it.
FORCE = "-e jitsi_force=true"


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
        return people_meet(people)
    if "recorder" in on and busy:
        return "a recorder is at work"
    if "recorder" in on and waiting:
        return f"{waiting} recording{'' if waiting == 1 else 's'} wait{'s' if waiting == 1 else ''} for upload"
    if protected:
        return (
            f"{protected} task{' says that it has' if protected == 1 else 's say that they have'} calls or recordings"
        )
    if "signalling" in on and people is None:
        return UNKNOWN
    if "recorder" in on and None in (busy, waiting):
        return "nobody knows what the recorders do, since they have not told"
    return ""


def people_meet(people: int) -> str:
    """So many people, in words."""
    return f"{people} {'people meet' if people != 1 else 'person is in a meeting'}"


def meeting(people: int | None, protected: int = 0) -> str:
    """Say who would notice that signalling, which runs, is replaced; empty if nobody.

    ``people`` is jicofo's newest figure, a minute or two old, None if it has told none; ``protected`` is how many
    signalling tasks say that they have participants, which they do within seconds.
    """
    if people:
        return f"{people_meet(people)} now"
    if protected:
        return "somebody has just come in, since the signalling task protects itself"
    return UNKNOWN if people is None else ""


def notice(who: str, what: str, advice: bool) -> str:
    """The sentence on ``what`` happens to ``who`` meet; with ``advice`` also what helps."""
    return f"{who}: {what}{f'. Wait, or run again with {FORCE}' if advice else ''}"
