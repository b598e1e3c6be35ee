# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Calendar events: our check, and systemd's own wherever it is installed."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.times.calendar_event import WORDS, is_event

RIGHT = [
    *WORDS,
    "*-*-* 03:30:00",
    "*-*-* 03:30",
    "03:30",
    "*-*-01 06:00:00",
    "*-01,04,07,10-05 04:00:00",
    "*-01-10 06:00:00",
    "*-01,07-01",
    "Mon *-*-* 06:45:00",
    "Mon..Fri 03:30",
    "Monday,wed,Sat..Sun 00:00:00",
    "*-*-* 00/6:00:00",
    "*-*-* *:0/15",
    "2027-01-31 08:00:00",
    "*-*-1..7 05:00:00 Europe/Berlin",
    "daily UTC",
    "Sun *-*-8..14 05:00",
]
WRONG = [
    "",
    " ",
    "never",
    "03:30:00 *-*-*",
    "*-*-* 24:00:00",
    "*-*-* 03:60:00",
    "*-13-01 00:00",
    "*-*-32 00:00",
    "*-*-* 03:30:00 Mars/Base",
    "Mo *-*-* 03:30",
    "Mont *-*-* 03:30",
    "*-*-* */0:00",
    "*-*-7..1 00:00",
    "0 3 * * *",
    "rate(1 day)",
    "*-*-* 03:30:00\nOnBootSec=1",
    "*-*-* 03:30:00 ; rm",
]


@pytest.mark.parametrize("text", RIGHT)
def test_right(text: str) -> None:
    assert is_event(text)


@pytest.mark.parametrize("text", WRONG)
def test_wrong(text: str) -> None:
    assert not is_event(text)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_agrees() -> None:
    def takes(text: str) -> bool:
        return subprocess.run(["systemd-analyze", "calendar", text], capture_output=True, check=False).returncode == 0

    assert [text for text in RIGHT if not takes(text)] == []
    assert [text for text in WRONG if takes(text) and "\n" not in text] == []
