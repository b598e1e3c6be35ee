# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who would lose something if the platform ended now. What nobody knows counts as somebody."""

from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.in_use import UNKNOWN, meeting, notice, obstacle

OFF = {"desired": 0, "running": 0, "pending": 0}
ON = {"desired": 1, "running": 1, "pending": 0}
ENDING = {"desired": 0, "running": 1, "pending": 0}
STARTING = {"desired": 1, "running": 0, "pending": 1}
ALL_ON = {"signalling": ON, "bridge": ON, "recorder": ON}
NOBODY = {"participants": 0, "busy": 0, "waiting": 0}


@pytest.mark.parametrize(
    ("services", "figures", "protected", "words"),
    [
        ({}, {}, 0, ""),
        ({"signalling": OFF, "bridge": OFF, "recorder": OFF}, {}, 0, ""),
        # Figures of what does not run any more say nothing.
        ({"signalling": OFF, "bridge": OFF, "recorder": OFF}, {**NOBODY, "participants": 3, "busy": 1}, 0, ""),
        (ALL_ON, NOBODY, 0, ""),
        (ALL_ON, {**NOBODY, "participants": 1}, 1, "1 person is in a meeting"),
        (ALL_ON, {**NOBODY, "participants": 3}, 0, "3 people meet"),
        (ALL_ON, {**NOBODY, "busy": 1}, 1, "a recorder is at work"),
        (ALL_ON, {**NOBODY, "waiting": 1}, 0, "1 recording waits for upload"),
        (ALL_ON, {**NOBODY, "waiting": 4}, 0, "4 recordings wait for upload"),
        # Protection is there within seconds, figures only within minutes.
        (ALL_ON, NOBODY, 1, "1 task says that it has calls or recordings"),
        (ALL_ON, {}, 2, "2 tasks say that they have calls or recordings"),
        (ALL_ON, {**NOBODY, "participants": None}, 0, "nobody knows how many people meet, since jicofo has not told"),
        (ALL_ON, {**NOBODY, "waiting": None}, 0, "nobody knows what the recorders do, since they have not told"),
        (ALL_ON, {**NOBODY, "busy": None}, 0, "nobody knows what the recorders do, since they have not told"),
        ({**ALL_ON, "signalling": ENDING}, {}, 0, "nobody knows how many people meet, since jicofo has not told"),
        ({**ALL_ON, "signalling": STARTING}, {}, 0, "nobody knows how many people meet, since jicofo has not told"),
        # Without signalling nobody meets, but a recorder may still have something to upload.
        ({"bridge": ON}, {}, 0, ""),
        ({"bridge": ON, "recorder": OFF}, {}, 0, ""),
        ({"bridge": ON, "recorder": ON}, {}, 0, "nobody knows what the recorders do, since they have not told"),
        ({"recorder": ON}, {"busy": 0, "waiting": 0}, 0, ""),
    ],
)
def test_obstacle(services, figures, protected, words):
    assert obstacle(services, figures, protected) == words


@pytest.mark.parametrize(
    ("people", "protected", "who"),
    [
        (0, 0, ""),
        (12, 1, "12 people meet now"),
        (2, 0, "2 people meet now"),
        (1, 0, "1 person is in a meeting now"),
        # Who has just come in is in the protection of the task first, and in the figures a minute or two later.
        (0, 1, "somebody has just come in, since the signalling task protects itself"),
        (None, 1, "somebody has just come in, since the signalling task protects itself"),
        (None, 0, UNKNOWN),
    ],
)
def test_meeting(people, protected, who):
    assert meeting(people, protected) == who


def test_notice():
    assert notice("2 people meet now", "x ends", advice=False) == "2 people meet now: x ends"
    assert notice("2 people meet now", "x ends", advice=True) == (
        "2 people meet now: x ends. Wait, or run again with -e jitsi_force=true"
    )
