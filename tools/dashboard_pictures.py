# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Draw the dashboards of the role monitoring, as CloudWatch would, into docs/images/dashboard-*.png.

The bodies are those that the role sends; the figures are made up: two weeks of a school that meets on weekdays, with a
recorder that fails to upload one afternoon. The same figures every time, so a picture changes only with a dashboard.

    python tools/dashboard_pictures.py [DIRECTORY]
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch, Wedge
from matplotlib.ticker import MaxNLocator

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]

from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import dashboard_metrics, dashboards
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring.dashboard_metrics import Row
from support.rendering import role_variable

NAME = "jitsi-video-platform"
TOPIC = f"arn:aws:sns:us-east-1:123456789012:{NAME}-alerts"
MINUTE, HOUR, DAY = 1, 60, 1440
DAYS = 14
END = np.datetime64("2026-11-20T18:00")
COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22"]
INCHES_A_COLUMN, INCHES_A_ROW = 0.72, 0.46
DURATION = re.compile(r"-P(?:(\d+)D)?(?:T(\d+)H)?")

Series = np.ndarray
STATISTICS: dict[str, Callable[[Series], Any]] = {
    "Average": np.mean,
    "Sum": np.sum,
    "Minimum": np.min,
    "Maximum": np.max,
    "SampleCount": len,
}


class Sample:
    """Two weeks by the minute. A metric is rows of samples (one a task), NaN where there is none."""

    def __init__(self) -> None:
        random = np.random.default_rng(7)
        self.times = END - np.timedelta64(1, "m") * np.arange(DAYS * DAY)[::-1]
        minute = (self.times - self.times.astype("datetime64[D]")).astype(int)
        weekday = (self.times.astype("datetime64[D]").astype(int) + 3) % 7
        hour = minute / 60
        lessons = (weekday < 5) & (hour >= 8) & (hour < 15.5)
        evening = (weekday == 2) & (hour >= 19) & (hour < 21)
        breaks = ((hour % 1) < 0.1) | ((hour >= 12) & (hour < 12.75))
        crowd = np.where(lessons, 46 + 22 * np.sin((hour - 8) / 7.5 * np.pi), 0) * np.where(breaks, 0.45, 1)
        crowd = crowd + np.where(evening, 16, 0)
        met = crowd > 0
        self.awake = met.copy()
        for shift in range(1, 18):
            self.awake[shift:] |= met[:-shift]
            self.awake[: -min(shift, 4)] |= met[min(shift, 4) :]
        size = len(self.times)

        def noise(scale: float) -> Series:
            steps = random.normal(0, 1, size // 5 + 2)
            return np.repeat(np.convolve(steps, np.ones(4) / 2, "same"), 5)[:size] * scale

        def only(where: Series, values: Any) -> Series:
            return np.where(where, values, np.nan)

        people = np.where(met, np.maximum(2, np.round(crowd + noise(3))), 0)
        bridges = np.where(people > 50, 2, 1)
        share = people / bridges
        stress = [
            only(self.awake & (bridges > index), 0.02 + share * 0.0135 + np.abs(noise(0.02))) for index in range(2)
        ]
        waking = self.awake & ~np.roll(self.awake, 1)
        begin = np.maximum.accumulate(np.where(waking, np.arange(size), 0))
        since = np.arange(size) - begin
        idle = np.arange(size) - np.maximum.accumulate(np.where(people > 0, np.arange(size), 0))
        recording = met & (hour >= 10) & (hour < 11.4) | evening
        second = met & (hour >= 10.5) & (hour < 11) & (weekday % 2 == 0)
        up = self.awake & (since >= 4)
        busy = [only(up, recording), only(up & (second | np.roll(second, -10) | np.roll(second, 25)), second)]
        today = self.times.astype("datetime64[D]") == END.astype("datetime64[D]")
        stuck = today & (hour >= 11.4) & (hour < 13)
        waiting = [only(up, recording * 1.0 + stuck), busy[1]]
        disk = [only(up, 4 + recording * (hour % 1) * 9 + stuck * 14), only(~np.isnan(busy[1]), 6.0)]
        free = [only(~np.isnan(one), (one == 0).astype(float)) for one in busy]
        ends = np.roll(recording, 12) & ~np.roll(recording, 11)
        result = only(recording & ~np.roll(recording, -1), 1.0)
        result[np.flatnonzero(ends)[:-1]] = 1.0
        last = np.flatnonzero(today & (hour >= 11.4))[0]
        result[last + 2], result[last + 96] = 0.0, 1.0
        seconds = only(waking, np.round(78 + random.normal(0, 9, size)))
        ready = only(self.awake, since >= 2)
        tasks = np.where(since < 2, np.nan, 1)
        errors = {
            name: only(self.awake & (random.random(size) < rate), 1.0)
            for name, rate in (
                *(("jicofo", 0.004), ("jvb", 0.006), ("prosody", 0.003), ("web", 0.008), ("caddy", 0.005)),
                *(("turn", 0.002), ("sidecars", 0.0006), ("functions", 0.001), ("start", 0.0006), ("jibri", 0.002)),
            )
        }
        errors["jvb"][last - 40 : last - 22 : 2] = 4.0
        errors["jibri"][last + 2] = 2.0
        total = np.nansum(list(errors.values()), axis=0)
        self.metrics: dict[tuple[str, ...], list[Series]] = {
            ("Participants",): [only(self.awake, people)],
            ("Conferences",): [only(self.awake, np.ceil(people / 14))],
            ("Bridges",): [only(up, bridges)],
            ("BridgeParticipants",): [only(~np.isnan(one), share) for one in stress],
            ("Stress",): stress,
            ("Ready",): [ready],
            ("AwakeMinutes",): [only(self.awake, since)],
            ("IdleMinutes",): [only(self.awake & (since > 15), idle)],
            ("Wakes",): [only(waking, 1)],
            ("TimeToWake",): [seconds],
            ("SecretAgeDays",): [only(minute == 0, 31 + np.arange(size) / DAY)],
            ("CertificateDays",): [only(self.awake, 61 - np.arange(size) / DAY)],
            ("RecorderBusy",): busy,
            ("RecorderFree",): free,
            ("RecordingsWaiting",): waiting,
            ("DiskPercent",): disk,
            ("UploadResult",): [result],
            (f"Errors/{NAME}",): [only(total > 0, total)],
            **{(f"Errors/{NAME}/{name}",): [values] for name, values in errors.items()},
            ("CPUUtilization", f"{NAME}-service"): [only(self.awake, 9 + people * 0.35 + np.abs(noise(1.5))) * tasks],
            ("CPUUtilization", f"{NAME}-bridge"): [one * 88 * tasks for one in stress],
            ("CPUUtilization", f"{NAME}-recorder"): [6 + one * 58 + np.abs(noise(3)) for one in busy],
            ("MemoryUtilization", f"{NAME}-service"): [only(self.awake, 38 + people * 0.12) * tasks],
            ("MemoryUtilization", f"{NAME}-bridge"): [only(~np.isnan(one), 29 + share * 0.2) for one in stress],
        }

    def points(self, row: Row, minutes: int, first: int) -> tuple[Series, Series]:
        """Times and values of a row's metric by periods of so many minutes, from a minute of the two weeks on."""
        key = (row.metric, *([row.dimensions["ServiceName"]] if "ServiceName" in row.dimensions else []))
        # One period at least, even if it is longer than the time shown.
        samples = np.array(self.metrics[key], dtype=float)[:, min(first, len(self.times) - minutes) :]
        count = samples.shape[1] // minutes
        periods = (
            samples[:, -count * minutes :].reshape(len(samples), count, minutes).transpose(1, 0, 2).reshape(count, -1)
        )
        values = np.full(count, np.nan)
        for index in np.flatnonzero(~np.isnan(periods).all(axis=1)):
            values[index] = statistic(str(row.options.get("stat", "Average")), periods[index])
        return self.times[-count * minutes :: minutes], values


def statistic(name: str, samples: Series) -> float:
    """One of CloudWatch's statistics of some samples, of which there is one at least."""
    given = samples[~np.isnan(samples)]
    return float(STATISTICS[name](given) if name in STATISTICS else np.percentile(given, float(name.removeprefix("p"))))


def values_of(sample: Sample, properties: Mapping[str, Any], first: int) -> list[tuple[Row, Series, Series]]:
    """What a widget shows, expressions computed: (row, times, values) of each row that is visible."""
    known: dict[str, Series] = {}
    found: list[tuple[Row, Series, Series]] = []
    times = sample.times
    for row in dashboard_metrics.rows(properties):
        minutes = max(1, int(row.options.get("period", 60)) // 60)
        if properties.get("setPeriodToTimeRange"):
            minutes = len(sample.times) - first
        if row.expression:
            # The dashboards' own expressions: numbers, signs and ids.
            values = eval(row.expression, {"__builtins__": {}}, known)
        else:
            times, values = sample.points(row, minutes, first)
        known[str(row.options.get("id", ""))] = np.nan_to_num(values)
        if row.options.get("visible", True):
            found.append((row, times, values))
    return found


def label_of(row: Row) -> str:
    """What a row is called in a legend."""
    return str(row.options.get("label") or row.metric)


def draw_lines(axes: Any, properties: Mapping[str, Any], shown: list[tuple[Row, Series, Series]], span: Series) -> None:
    """A graph over a span of time: lines, or bars that stand on each other."""
    right: Any = axes.twinx() if any(row.options.get("yAxis") == "right" for row, _times, _values in shown) else None
    base = np.zeros(len(shown[0][1]))
    for number, (row, times, values) in enumerate(shown):
        colour = row.options.get("color", COLOURS[number])
        where = right if row.options.get("yAxis") == "right" else axes
        step = times[1] - times[0]
        daily = step >= np.timedelta64(1, "D")
        if properties.get("stacked"):
            width = np.timedelta64(int(step / np.timedelta64(1, "m") * 0.8), "m")
            where.bar(times + step / 2, np.nan_to_num(values), width, base, color=colour, label=label_of(row))
            base = base + np.nan_to_num(values)
        else:
            mark = "o" if daily or np.isnan(values).mean() > 0.9 else ""
            where.plot(times, values, color=colour, label=label_of(row), linewidth=1.3, marker=mark, markersize=3)
    for side, limits in ((axes, "left"), (right, "right")):
        if side is not None:
            wanted = (properties.get("yAxis") or {}).get(limits) or {}
            side.margins(y=0.12)
            side.set_ylim(bottom=wanted.get("min"), top=wanted.get("max"))
            side.tick_params(labelsize=7, length=2, colors="#545b64")
            if side.get_ylim()[1] > 1.5:
                side.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    for line in (properties.get("annotations") or {}).get("horizontal") or []:
        side = right if line.get("yAxis") == "right" and right is not None else axes
        low, high = side.get_ylim()
        side.set_ylim(low, max(high, line["value"] * 1.12))
        side.axhline(line["value"], color="#d13212", linewidth=1, linestyle="--")
        side.annotate(
            f"{line['label']} {line['value']:g}",
            (0.995, line["value"]),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="bottom",
            fontsize=6.5,
            color="#d13212",
        )
    axes.grid(axis="y", color="#eaeded", linewidth=0.7)
    axes.set_axisbelow(True)
    # The whole span: where a graph ends, the platform is asleep.
    axes.set_xlim(span[0], span[1])
    long = span[1] - span[0] > np.timedelta64(2, "D")
    axes.xaxis.set_major_locator(mdates.DayLocator(interval=2) if long else mdates.HourLocator(interval=2))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%d %b" if long else "%H:%M"))
    handles = [entry for side in (axes, right) if side for entry in zip(*side.get_legend_handles_labels(), strict=True)]
    axes.legend(
        [handle for handle, _label in handles],
        [label for _handle, label in handles],
        loc="upper left",
        bbox_to_anchor=(-0.01, -0.1),
        ncols=3,
        fontsize=7,
        frameon=False,
        handlelength=1,
        columnspacing=1,
    )


def draw_bars(axes: Any, shown: list[tuple[Row, Series, Series]]) -> None:
    """One bar a row."""
    names = [label_of(row) for row, _times, _values in shown][::-1]
    totals = [float(np.nansum(values)) for _row, _times, values in shown][::-1]
    axes.barh(names, totals, color=COLOURS[: len(names)][::-1], height=0.65)
    for place, total in enumerate(totals):
        axes.annotate(f" {total:g}", (total, place), va="center", fontsize=7, color="#545b64")
    axes.tick_params(labelsize=7, length=2, colors="#545b64")
    axes.margins(x=0.1)


def draw_gauge(axes: Any, properties: Mapping[str, Any], shown: list[tuple[Row, Series, Series]]) -> None:
    """A half circle."""
    value, limits = float(shown[0][2][-1]), properties["yAxis"]["left"]
    share = (value - limits["min"]) / (limits["max"] - limits["min"])
    line = properties["annotations"]["horizontal"][0]
    axes.add_patch(Wedge((0.5, 0.12), 0.62, 0, 180, width=0.17, color="#eaeded"))
    axes.add_patch(
        Wedge(
            (0.5, 0.12),
            0.62,
            180 * (1 - share),
            180,
            width=0.17,
            color="#2ca02c" if value >= line["value"] else "#d62728",
        )
    )
    edge = 180 * (1 - line["value"])
    axes.add_patch(Wedge((0.5, 0.12), 0.66, edge - 0.8, edge + 0.8, width=0.25, color="#16191f"))
    axes.text(0.5, 0.2, f"{value:.3f}", ha="center", fontsize=20, color="#16191f")
    axes.text(
        0.5, 0.02, f"{label_of(shown[0][0])}   |   {line['label']} below {line['value']:g}", ha="center", fontsize=8
    )
    axes.set_xlim(-0.35, 1.35)
    axes.set_ylim(0, 0.85)
    axes.set_aspect("equal")
    axes.axis("off")


def draw_number(axes: Any, shown: list[tuple[Row, Series, Series]]) -> None:
    """The newest value."""
    row, _times, values = shown[0]
    axes.text(0.5, 0.5, f"{values[~np.isnan(values)][-1]:.1f}", ha="center", va="center", fontsize=24, color="#16191f")
    axes.text(0.5, 0.08, label_of(row), ha="center", va="center", fontsize=8, color="#545b64")
    axes.axis("off")


# Rows of the queries by title of the widget, with where the columns begin.
LOGS = {
    "Errors in the logs": (
        (0, 0.14, 0.31),
        """
        @timestamp          | @logStream                | @message
        2026-11-20 11:03:31 | bridge/jvb/8f1c...        | JVB 2026-11-20 11:03:31.945 SEVERE: [19] HealthChecker ...
        2026-11-20 11:03:21 | bridge/jvb/8f1c...        | JVB 2026-11-20 11:03:21.944 SEVERE: [19] HealthChecker ...
        2026-11-20 10:41:02 | signalling/web/77ab...    | 2026/11/20 10:41:02 [error] 118#118: *9 connect() failed ...
        2026-11-20 07:57:12 | signalling/prosody/77ab...| 2026-11-20 07:57:12 certmanager  error  Error indexing ...
        """,
    ),
    "Uploads, the newest first": (
        (0, 0.15, 0.25, 0.6, 0.72),
        """
        @timestamp          | result | file                                    | MiB   | reason
        2026-11-20 13:00:09 | ok     | 3f2a.../maths_2026-11-20-10-00-04.mp4   | 712.4 |
        2026-11-20 11:26:11 | failed | 3f2a.../maths_2026-11-20-10-00-04.mp4   | 712.4 | upload
        2026-11-20 11:05:40 | ok     | 77c1.../physics_2026-11-20-10-30-01.mp4 | 231.9 |
        2026-11-19 11:25:58 | ok     | a81e.../maths_2026-11-19-10-00-02.mp4   | 698.0 |
        """,
    ),
}


def draw_table(axes: Any, title: str) -> None:
    """Rows of a query."""
    starts, table = LOGS[title]
    for line, cells in enumerate(table.strip().splitlines()):
        for start, cell in zip(starts, map(str.strip, cells.split("|")), strict=True):
            style = {"weight": "bold" if line == 0 else "normal", "color": "#d62728" if cell == "failed" else "#16191f"}
            axes.text(start, 0.93 - line * 0.19, cell, fontsize=7.5, family="monospace", va="top", **style)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.axis("off")


def draw_text(axes: Any, markdown: str) -> None:
    """A heading and a paragraph."""
    heading, _newline, rest = markdown.partition("\n")
    axes.text(0, 0.9, heading.lstrip("# "), fontsize=14, weight="bold", va="top")
    axes.text(0, 0.42, "\n".join(textwrap.wrap(rest.replace("`", ""), 190)), fontsize=8, va="top", color="#545b64")
    axes.axis("off")


def draw_alarms(axes: Any, arns: list[str]) -> None:
    """One box an alarm, all of them quiet."""
    for index, arn in enumerate(arns):
        left = index / len(arns)
        axes.add_patch(
            FancyBboxPatch(
                (left + 0.003, 0.2), 1 / len(arns) - 0.008, 0.6, "round,pad=0,rounding_size=0.01", color="#d5f0dc"
            )
        )
        text = f"OK  {arn.rpartition('/')[2]}"
        axes.text(left + 0.5 / len(arns), 0.5, text, ha="center", va="center", fontsize=8, color="#1d5c2d")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.axis("off")


def draw(body: Mapping[str, Any], sample: Sample, path: Path) -> None:
    """Draw a dashboard on its grid."""
    dashboards.check(body)
    widgets = body["widgets"]
    rows = max(widget["y"] + widget["height"] for widget in widgets)
    wide, high = dashboards.COLUMNS * INCHES_A_COLUMN, rows * INCHES_A_ROW
    figure = plt.figure(figsize=(wide, high), facecolor="#f2f3f3")
    days, hours = (int(part or 0) for part in DURATION.findall(body["start"])[0])
    first = len(sample.times) - days * DAY - hours * HOUR
    for widget in widgets:
        x, y, width, height = (widget[key] for key in ("x", "y", "width", "height"))
        properties, kind = widget["properties"], widget["type"]
        box = (
            x / dashboards.COLUMNS + 0.002,
            1 - (y + height) / rows + 0.002,
            width / dashboards.COLUMNS - 0.004,
            height / rows - 0.004,
        )
        frame = figure.add_axes(box, facecolor="white")
        frame.set_xticks([])
        frame.set_yticks([])
        for spine in frame.spines.values():
            spine.set_color("#d5dbdb")
        if "title" in properties:
            frame.text(
                0.1 / width * 1.0,
                1 - 0.16 / height,
                properties["title"],
                transform=frame.transAxes,
                fontsize=9,
                weight="bold",
                va="top",
            )
        is_graph = kind == "metric" and properties.get("view") in (None, "timeSeries")
        top = (0.62 if "title" in properties else 0.05) / height
        left, bottom = {True: (0.75, 1.35)}.get(is_graph, (0.25, 0.15))
        if properties.get("view") == "bar":
            left, bottom = 1.7, 0.6
        spare = 0.6 if is_graph else 0.2
        inner = figure.add_axes(
            (
                box[0] + box[2] * left / width,
                box[1] + box[3] * bottom / height,
                box[2] * (1 - (left + spare) / width),
                box[3] * (1 - top - bottom / height),
            ),
            facecolor="none",
        )
        inner.spines[["top", "right"]].set_visible(False)
        if kind == "text":
            draw_text(inner, properties["markdown"])
        elif kind == "alarm":
            draw_alarms(inner, properties["alarms"])
        elif kind == "log":
            draw_table(inner, properties["title"])
        else:
            shown = values_of(sample, properties, first)
            view = properties.get("view")
            if view == "bar":
                draw_bars(inner, shown)
            elif view == "gauge":
                draw_gauge(inner, properties, shown)
            elif view == "singleValue":
                draw_number(inner, shown)
            else:
                draw_lines(inner, properties, shown, sample.times[[first, -1]])
    figure.savefig(path, dpi=90, facecolor=figure.get_facecolor(), metadata={"Software": None})
    plt.close(figure)


def bodies() -> dict[str, Mapping[str, Any]]:
    """Bodies of the role's dashboards by what they are for."""
    inputs = {"monitoring_name": NAME, "monitoring_region": "us-east-1", "_monitoring_topic": {"arn": TOPIC}}
    found = role_variable("monitoring", "_monitoring_dashboards", **inputs)
    return {kind: item["body"] for kind, item in found.items()}


def main(directory: Path) -> None:
    """Draw all of them."""
    sample = Sample()
    for kind, body in bodies().items():
        draw(body, sample, directory / f"dashboard-{kind}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
