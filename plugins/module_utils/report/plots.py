# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plots of a report as SVG, drawn with matplotlib.

A plot is plain data: ``{"id", "kind", "y", ...}`` with what its kind needs (see the functions below). Colours are names
of ``COLORS``; ``draw`` writes them as CSS variables, so that the page around decides on light or dark, or fixed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import InvalidInput

Plot = Mapping[str, Any]

# Name -> (on white, on the dark page). Each has a contrast of at least 4.5 with its ground.
COLORS = {
    "ink": ("#1b1c1f", "#e6e7ea"),
    "faint": ("#c9ccd3", "#444850"),
    "first": ("#0b57d0", "#a8c7fa"),
    "second": ("#a34a00", "#ffb77c"),
    "third": ("#146c2e", "#8fd6a3"),
    "bad": ("#b3261e", "#f2b8b5"),
    "quiet": ("#5b5f67", "#a3a8b1"),
    "band": ("#d9eadd", "#233a2a"),
}
# What stands for a colour while matplotlib draws: colours that nobody would choose.
_MARKS = {name: f"#0102{number:02x}" for number, name in enumerate(COLORS)}


def draw(plot: Plot, fixed: bool = False) -> str:
    """Draw one plot; returns the text of an ``svg`` element. ``fixed`` colours are those on white.

    Raises InvalidInput if matplotlib is not installed.
    """
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise InvalidInput(
            "html: matplotlib, which draws the plots, is not installed; pip install matplotlib (the file "
            "requirements-reports.txt has what reports need), or leave html and pdf out"
        ) from error
    settings: Any = {
        # Equal input gives an equal file.
        "svg.hashsalt": plot["id"],
        # Words stay words, and a dollar sign is one.
        "svg.fonttype": "none",
        "text.parse_math": False,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 9,
        "text.color": _MARKS["ink"],
        "axes.edgecolor": _MARKS["quiet"],
        "axes.labelcolor": _MARKS["ink"],
        "xtick.color": _MARKS["ink"],
        "ytick.color": _MARKS["ink"],
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with matplotlib.rc_context(settings):
        figure, axis = plt.subplots(figsize=(8, float(plot.get("height", 2.8))))
        try:
            KINDS[plot["kind"]](axis, plot)
            figure.tight_layout()
            drawn = io.StringIO()
            figure.savefig(drawn, format="svg", transparent=True, metadata=_NO_METADATA)
        finally:
            plt.close(figure)
    return _embedded(drawn.getvalue(), plot["id"], fixed)


_NO_METADATA: dict[str, None] = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def _embedded(svg: str, identifier: str, fixed: bool) -> str:
    """The element alone, with ids that no other plot of the page has, and with its colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{identifier}-", svg)
    # Its size is that of the page; the proportions are in viewBox.
    svg = re.sub(r'^<svg([^>]*?) width="[^"]*" height="[^"]*"', r"<svg\1", svg)
    for name, mark in _MARKS.items():
        svg = svg.replace(mark, COLORS[name][0] if fixed else f"var(--{name})")
    return svg.strip()


def _bars(axis: Any, plot: Plot) -> None:
    """``x`` labels, ``series`` of ``{"label", "values", "color"}`` on each other, ``every`` how many labels to show."""
    places = range(len(plot["x"]))
    base = [0.0] * len(plot["x"])
    for series in plot["series"]:
        axis.bar(places, series["values"], bottom=base, color=_MARKS[series["color"]], label=series["label"], width=0.8)
        base = [low + value for low, value in zip(base, series["values"], strict=True)]
    _labels(axis, plot, places)
    _ground(axis, plot)
    axis.set_ylim(0, max([*base, 1]) * 1.15)


def _dots(axis: Any, plot: Plot) -> None:
    """``x`` labels and their ``values``, and a ``limit`` with ``limit_label``; what is above it has another shape."""
    places, limit = range(len(plot["x"])), plot["limit"]
    for above, color, marker in ((False, "first", "o"), (True, "bad", "^")):
        chosen = [
            (place, value) for place, value in zip(places, plot["values"], strict=True) if (value > limit) == above
        ]
        if chosen:
            label = plot["labels"][above]
            axis.plot(*zip(*chosen, strict=True), marker, color=_MARKS[color], markersize=5, label=label)
    axis.axhline(limit, color=_MARKS["quiet"], linestyle="--", linewidth=1, label=plot["limit_label"])
    _labels(axis, plot, places)
    _ground(axis, plot)
    axis.set_ylim(0, max([*plot["values"], limit]) * 1.25)


def _ranges(axis: Any, plot: Plot) -> None:
    """``rows`` of ``{"label", "average", "high", "peak"}`` in percent across, over a ``band`` that is wanted."""
    rows = plot["rows"]
    low, high = plot["band"]
    axis.axvspan(low, high, color=_MARKS["band"], linewidth=0, label=plot["band_label"])
    places = range(len(rows))
    axis.barh(places, [row["average"] or 0 for row in rows], color=_MARKS["first"], height=0.45, label="average")
    axis.plot(
        [row["high"] or 0 for row in rows],
        places,
        "|",
        color=_MARKS["second"],
        markersize=16,
        markeredgewidth=3,
        label="95 of 100 periods below",
    )
    axis.plot(
        [row["peak"] or 0 for row in rows], places, "D", color=_MARKS["ink"], markersize=5, label="highest minute"
    )
    axis.set_yticks(list(places), [row["label"] for row in rows])
    axis.invert_yaxis()
    axis.set_xlim(0, 100)
    axis.set_xlabel(plot["y"])
    _legend(axis, 2)


def _stacked(axis: Any, plot: Plot) -> None:
    """``rows`` of labels across, ``series`` of ``{"label", "values", "color"}`` one after the other."""
    places = range(len(plot["rows"]))
    base = [0.0] * len(plot["rows"])
    for series in plot["series"]:
        axis.barh(places, series["values"], left=base, color=_MARKS[series["color"]], label=series["label"], height=0.6)
        base = [low + value for low, value in zip(base, series["values"], strict=True)]
    limits = plot.get("limits")
    if limits:
        axis.plot(limits, places, "|", color=_MARKS["ink"], markersize=18, markeredgewidth=2, label=plot["limit_label"])
    axis.set_yticks(list(places), plot["rows"])
    axis.invert_yaxis()
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set_xlim(0, max([*base, *(limits or []), 1]) * 1.08)
    axis.set_xlabel(plot["y"])
    _legend(axis, 5)


def _heat(axis: Any, plot: Plot) -> None:
    """``rows`` of labels, ``values`` a list for each, drawn as squares of which the fullest is the most."""
    most = max((value for row in plot["values"] for value in row), default=0)
    for down, row in enumerate(plot["values"]):
        for across, value in enumerate(row):
            # As size and not as colour alone, so that it can be read without seeing colours.
            side = 0.9 * (value / most) ** 0.5 if most else 0
            axis.add_patch(_square(across, down, 0.9, "faint", 0.35))
            if side:
                axis.add_patch(_square(across, down, side, "first", 1))
    axis.set_xlim(-0.6, len(plot["x"]) - 0.4)
    axis.set_ylim(len(plot["rows"]) - 0.4, -0.6)
    axis.set_yticks(range(len(plot["rows"])), plot["rows"])
    _labels(axis, plot, range(len(plot["x"])))
    axis.set_xlabel(plot["y"])
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)


def _square(across: int, down: int, side: float, color: str, alpha: float) -> Any:
    from matplotlib.patches import Rectangle

    corner = (across - side / 2, down - side / 2)
    return Rectangle(corner, side, side, facecolor=_MARKS[color], alpha=alpha, linewidth=0)


def _labels(axis: Any, plot: Plot, places: Sequence[int]) -> None:
    every = int(plot.get("every", 1))
    shown = list(places)[::every]
    axis.set_xticks(shown, [plot["x"][place] for place in shown])
    if plot["kind"] != "heat":
        axis.set_xlim(-0.7, len(places) - 0.3)


def _ground(axis: Any, plot: Plot) -> None:
    axis.set_ylabel(plot["y"])
    axis.grid(axis="y", color=_MARKS["faint"], linewidth=0.6)
    axis.set_axisbelow(True)
    _legend(axis, 4)


def _legend(axis: Any, columns: int) -> None:
    axis.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False, borderaxespad=0, handlelength=1.4
    )


KINDS: dict[str, Callable[[Any, Plot], None]] = {
    "bars": _bars,
    "dots": _dots,
    "ranges": _ranges,
    "stacked": _stacked,
    "heat": _heat,
}
