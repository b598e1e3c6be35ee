# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What ECS hears of signalling: the very check of the task definition, asked once in each situation."""

from __future__ import annotations

from functools import cache

from support import signalling
from support.programs import ROLE

CHECK = (ROLE / "files" / "jicofo_health.sh").read_text(encoding="utf-8")
# A jicofo that is cut off has forgotten its bridges. (connected, with a bridge): what it says.
_SAYS = {
    (True, True): signalling.WELL,
    (True, False): signalling.NO_BRIDGE,
    (False, False): signalling.NO_BRIDGE._replace(connection=signalling.NONE),
}


@cache
def _verdicts(check: str) -> dict[signalling.Situation, signalling.Verdict]:
    return signalling.judge(["/bin/bash", "-c", check], list(_SAYS.values()))


def passes(connected: bool, has_bridge: bool) -> bool:
    """Whether the check passes."""
    return _verdicts(CHECK)[_SAYS[connected, connected and has_bridge]].passes
