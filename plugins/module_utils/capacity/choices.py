# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Choices of an operator side by side: the same days simulated for each, in a table and in a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import InvalidInput
from .simulation import Settings, compare_always_on, simulate, spread
from .traces import Meeting

# A choice's option -> the field of Settings, the least and the most it may be.
OPTIONS: dict[str, tuple[str, float, float]] = {
    "scaling_percent": ("percent", 10, 90),
    "scaling_cooldown_seconds": ("cooldown", 0, 3600),
    "bridge_max": ("bridge_max", 1, 100),
    "bridge_participants": ("bridge_participants", 1, 1000),
    "recorder_max": ("recorder_max", 0, 50),
    "idle_minutes": ("idle_minutes", 1, 1440),
}
HEADINGS = ("choice", "wake s", "scale s", "a bridge", "CPU %", "overload min", "missed", "USD a day", "always on")

Row = dict[str, Any]


def settings(where: str, choice: Mapping[str, Any]) -> Settings:
    """The settings of a choice; raises InvalidInput that names the option."""
    fields: dict[str, Any] = {}
    for option, (name, low, high) in OPTIONS.items():
        value = choice.get(option)
        if value is None:
            continue
        if not low <= value <= high:
            raise InvalidInput(f"{where}, {option} {value}: out of range; give {low} to {high}")
        fields[name] = value
    return replace(Settings(), **fields)


def evaluate(meetings: Sequence[Meeting], chosen: Settings, days: int, prices: Mapping[str, float | None]) -> Row:
    """Simulate this many days (seeds 1, 2, ...) and average them; times are over all days together.

    ``prices`` are USD an hour of ``signalling``, ``bridge``, ``recorder`` and ``participant`` (traffic); None is
    unknown and counts as 0.
    """
    runs = [simulate(meetings, chosen, seed) for seed in range(1, days + 1)]
    awake = [_usd(run["hours"], prices) for run in runs]
    return {
        **{name: spread([item for run in runs for item in run[name]]) for name in ("wake", "scale", "wait")},
        "participants_a_bridge": _mean([run["participants_a_bridge"] for run in runs]),
        "participants_a_crowded_bridge": _mean([run["participants_a_crowded_bridge"] for run in runs]),
        "percent": _mean([run["percent"] for run in runs]),
        "percent_crowded": _mean([run["percent_crowded"] for run in runs]),
        "overload_minutes": _mean([run["overload_minutes"] for run in runs]),
        "recordings": runs[0]["recordings"],
        "recordings_missed": _mean([run["recordings_missed"] for run in runs]),
        "bridges_most": max(run["bridges_most"] for run in runs),
        "usd_day": _mean(awake, 2),
        "usd_day_always_on": round(_usd(compare_always_on(meetings, chosen), prices), 2),
        "rows": runs[0]["rows"],
    }


def table(named: Mapping[str, Row]) -> list[str]:
    """The rows as lines of text, columns aligned; times are 95 of 100 and the most."""
    cells = [HEADINGS, *(_cells(name, row) for name, row in named.items())]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    return [
        "  ".join(cell.ljust(width) if not column else cell.rjust(width) for column, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in cells)
    ]


def _cells(name: str, row: Row) -> tuple[str, ...]:
    def times(spread: Mapping[str, float | None]) -> str:
        return "-" if spread["most"] is None else f"{spread['p95']:.0f}/{spread['most']:.0f}"

    def number(value: float | None, digits: int = 0) -> str:
        return "-" if value is None else f"{value:.{digits}f}"

    return (
        name,
        times(row["wake"]),
        times(row["scale"]),
        number(row["participants_a_crowded_bridge"] or row["participants_a_bridge"]),
        number(row["percent_crowded"] or row["percent"]),
        number(row["overload_minutes"]),
        f"{number(row['recordings_missed'], 1)}/{row['recordings']}",
        number(row["usd_day"], 2),
        number(row["usd_day_always_on"], 2),
    )


def draw(path: str, named: Mapping[str, Row]) -> None:
    """Draw the first day of each choice into a file whose ending says the format (svg, png, pdf).

    Raises InvalidInput if matplotlib is not installed or does not know the format.
    """
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise InvalidInput(
            f"picture {path}: matplotlib is not installed; install it (pip install matplotlib), or leave picture out"
        ) from error
    # Equal input gives an equal file: no random ids, no date.
    with matplotlib.rc_context({"svg.hashsalt": "capacity", "font.size": 9}):
        figure, axes = plt.subplots(len(named), 1, figsize=(9, 2.6 * len(named)), sharex=True, squeeze=False)
        for axis, (name, row) in zip(axes[:, 0], named.items(), strict=True):
            _draw_day(axis, name, row["rows"])
        axes[-1, 0].set_xlabel("hour of the day")
        figure.tight_layout()
        try:
            figure.savefig(path, metadata={"Date": None} if path.endswith(".svg") else None)
        except ValueError as error:
            raise InvalidInput(f"picture {path}: {error}") from error
        finally:
            plt.close(figure)


def _draw_day(axis: Any, name: str, rows: Sequence[Row]) -> None:
    hours = [row["minute"] / 60 for row in rows]
    axis.fill_between(hours, [row["participants"] for row in rows], color="#9ecae1", step="pre", label="participants")
    axis.set_ylabel("participants")
    axis.set_title(name, loc="left")
    axis.set_xlim(0, 24)
    axis.set_ylim(bottom=0)
    axis.set_xticks(range(0, 25, 2))
    tasks = axis.twinx()
    tasks.step(hours, [row["bridges"] for row in rows], color="#08519c", label="bridges")
    tasks.step(hours, [row["recorders"] for row in rows], color="#d94801", linestyle="--", label="recorders")
    tasks.set_ylabel("tasks")
    tasks.set_ylim(0, max([4, *(row["bridges"] + 1 for row in rows)]))
    handles = [*axis.get_legend_handles_labels()[0], *tasks.get_legend_handles_labels()[0]]
    axis.legend(handles, [handle.get_label() for handle in handles], loc="upper left", frameon=False)


def _usd(hours: Mapping[str, float], prices: Mapping[str, float | None]) -> float:
    return sum(hours[name] * (prices[name] or 0) for name in hours)


def _mean(values: Sequence[float | None], digits: int = 1) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), digits) if known else None
