# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity import choices, traces
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput

PRICES = {"signalling": 0.1, "bridge": 0.2, "recorder": None, "participant": 0.1}
EVENING = [{"start": "18:00", "minutes": 60, "participants": 10}]


@pytest.fixture(scope="module")
def row() -> dict[str, Any]:
    return choices.evaluate(traces.parse(EVENING), choices.settings("x", {}), 2, PRICES)


def test_a_row_has_times_load_and_costs(row: dict[str, Any]) -> None:
    assert row["wake"]["most"] > 60
    assert row["scale"]["most"] is None
    assert row["participants_a_bridge"] == pytest.approx(10, abs=1.5)
    assert 0 < row["usd_day"] < row["usd_day_always_on"]


def test_table_is_aligned(row: dict[str, Any]) -> None:
    lines = choices.table({"as it is": row, "a longer name": row})
    assert len({len(line) for line in lines}) == 1
    assert lines[0].split("  ")[0] == "choice"
    assert " - " in lines[1], "nothing scaled"


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_picture_is_the_same_every_time(row: dict[str, Any], tmp_path: Path, ending: str) -> None:
    pytest.importorskip("matplotlib")
    paths = [tmp_path / f"{number}.{ending}" for number in range(2)]
    for path in paths:
        choices.draw(str(path), {"as it is": row})
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].stat().st_size > 5000


def test_picture_of_an_unknown_kind_is_refused(row: dict[str, Any], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(InvalidInput, match=r"picture .*\.xyz: "):
        choices.draw(str(tmp_path / "day.xyz"), {"as it is": row})


def test_picture_without_matplotlib_says_what_to_install(
    row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InvalidInput, match=r"picture .*: matplotlib is not installed; install it \(pip install"):
        choices.draw(str(tmp_path / "day.svg"), {"as it is": row})


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"scaling_percent": 5}, "choices x, scaling_percent 5: out of range; give 10 to 90"),
        ({"scaling_cooldown_seconds": -1}, "choices x, scaling_cooldown_seconds -1: out of range; give 0 to 3600"),
        ({"bridge_max": 0}, "choices x, bridge_max 0: out of range; give 1 to 100"),
        ({"bridge_participants": 0}, "choices x, bridge_participants 0: out of range; give 1 to 1000"),
        ({"recorder_max": 51}, "choices x, recorder_max 51: out of range; give 0 to 50"),
        ({"idle_minutes": 0}, "choices x, idle_minutes 0: out of range; give 1 to 1440"),
    ],
)
def test_choices_refused(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as error:
        choices.settings("choices x", choice)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"start": "9:30"}, "meetings[0], start 9:30: is no time of day; write it as 09:30, in quotes"),
        # What YAML makes of 09:30 without quotes in some readings.
        ({"start": 34200}, "meetings[0], start 34200: is no time of day; write it as 09:30, in quotes"),
        ({"start": "24:00"}, "meetings[0], start 24:00: is no time of day; write it as 09:30, in quotes"),
        ({"minutes": 0}, "meetings[0], minutes 0: out of range; give 1 to 1440"),
        ({"participants": 0}, "meetings[0], participants 0: out of range; give 1 to 10000"),
    ],
)
def test_meetings_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as error:
        traces.parse([EVENING[0] | changed])
    assert str(error.value) == message
