# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A review as a report: what is said where, in which table and which plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..report.page import section, table
from .goals import UTILISATION_PERCENT, WAKE_SECONDS

Review = Mapping[str, Any]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS = {"signalling": "Signalling", "bridge": "Bridges", "recorder": "Recorders"}
TITLES = {"monthly": "Monthly review", "allocation": "Review of the allocation"}
GOAL_MARKS = {True: "met", False: "missed", None: "not measured"}


def report(review: Review) -> dict[str, Any]:
    """The report of what review_info found."""
    changes = sum(item["change"] for item in review["advice"])
    missed = sum(item["met"] is False for item in review["goals"])
    return {
        "title": f"{TITLES[review['kind']]} of {review['platform']}",
        "facts": [
            ("Time", f"{day(review['since'])} to {day(review['until'])}, {review['days']} days"),
            ("Figures", f"of {review['period_seconds'] // 60} minutes each; days and hours in {review['timezone']}"),
            ("Prices", f"AWS list prices of us-east-1, {review['cost']['prices_of']}, in USD"),
        ],
        "verdict": f"{_count(missed, 'goal')} missed, {_count(changes, 'change')} recommended",
        "cards": _cards(review),
        "sections": [
            _goals(review),
            _advice(review),
            _use(review),
            _awake(review),
            _load(review),
            _scaling(review),
            _recordings(review),
            _trouble(review),
            _cost(review),
        ],
    }


def _cards(review: Review) -> list[dict[str, str]]:
    met, rate = review["meetings"], review["recordings"]["success_percent"]
    availability = review["goals"][0]
    return [
        _card("Participant hours", f"{met['participant_hours']:,.0f}", f"at most {met['participants_peak']} at once"),
        _card("Availability", availability["measured"], f"wanted: {availability['wanted']}"),
        _card("Awake", f"{review['awake']['share_percent']:.0f} %", f"{review['awake']['hours']:,.0f} hours"),
        _card("Recordings", "none" if rate is None else f"{rate} %", f"of {review['recordings']['uploads']} uploads"),
        _card("Bill, USD", f"{review['cost']['usd']:,.2f}", f"always on: {review['cost']['always_on_usd']:,.2f}"),
    ]


def _card(label: str, value: str, note: str) -> dict[str, str]:
    return {"label": label, "value": value, "note": note}


def _goals(review: Review) -> dict[str, Any]:
    rows = [
        (GOAL_MARKS[item["met"]], item["name"], item["wanted"], item["measured"], item["formula"])
        for item in review["goals"]
    ]
    head = ("State", "Goal", "Wanted", "Measured", "How it is measured")
    return section("goals", "Goals", tables=[table("Goals and how they were met", head, rows, mark=0)])


def _advice(review: Review) -> dict[str, Any]:
    rows = [
        (
            "change" if item["change"] else "keep",
            item["what"],
            item["now"],
            item["recommended"],
            "" if item["usd_month"] is None else f"{item['usd_month']:+.2f}",
            f"{item['reason']} ({item['variable']})",
        )
        for item in sorted(review["advice"], key=lambda item: not item["change"])
    ]
    head = ("State", "What", "Now", "Recommended", "USD a month", "Why")
    return section(
        "advice",
        "Recommended limits and sizes",
        text=["Set the variables in group_vars and look at site.yml --check --diff first."],
        tables=[table("Limits and sizes", head, rows, numbers=[4], mark=0)],
    )


def _use(review: Review) -> dict[str, Any]:
    met, days = review["meetings"], review["by_day"]
    text = [
        f"People met for {met['participant_hours']:,.1f} participant hours in at least {met['conferences_at_least']}"
        f" meetings, which took {met['conference_hours']:,.1f} hours.",
    ]
    if met["participants_peak"]:
        text.append(
            f"The most at once were {met['participants_peak']} people, at {moment(met['participants_peak_at'])}, and"
            f" {met['conferences_peak']} meetings."
        )
    rows = [(row["day"], f"{row['participants_peak']:.0f}", f"{row['participant_hours']:.1f}") for row in days]
    heat_rows = [(WEEKDAYS[number], *(f"{value:g}" for value in row)) for number, row in enumerate(review["by_hour"])]
    busiest = max(
        ((value, number, hour) for number, row in enumerate(review["by_hour"]) for hour, value in enumerate(row)),
        default=(0, 0, 0),
    )
    alt = "Average participants by hour of the week"
    if busiest[0]:
        alt += f"; the most, {busiest[0]:g}, on {WEEKDAYS[busiest[1]]}s from {busiest[2]:02d}:00"
    return section(
        "use",
        "How much people met",
        text=text,
        plots=[
            {
                **_days_plot("participants", "Most participants at once, by day", "participants", days),
                "series": [_series("most at once", "first", [row["participants_peak"] for row in days])],
                "table": table("Participants by day", ("Day", "Most at once", "Participant hours"), rows, [1, 2]),
            },
            {
                "id": "week",
                "kind": "heat",
                "title": "When people meet: the larger, the more",
                "alt": alt,
                "x": [str(hour) for hour in range(24)],
                "rows": [name[:3] for name in WEEKDAYS],
                "values": review["by_hour"],
                "y": f"hour of the day, {review['timezone']}",
                "every": 2,
                "table": table(
                    "Average participants", ("Weekday", *(str(hour) for hour in range(24))), heat_rows, range(1, 25)
                ),
            },
        ],
    )


def _awake(review: Review) -> dict[str, Any]:
    wakes, awake, days = review["wakes"], review["awake"], review["by_day"]
    text = [
        f"It was awake for {awake['hours']:,.1f} hours, {awake['share_percent']} % of the time, of which"
        f" {awake['hours_without_people']:,.1f} hours without anybody.",
        f"It woke {wakes['count']} times"
        + (
            f", in {wakes['median_seconds']} seconds (median), at most {wakes['longest_seconds']};"
            f" {_count(wakes['late'], 'wake')} took more than 10 minutes."
            if wakes["times"]
            else "."
        ),
    ]
    rows = [(row["day"], f"{row['awake_hours']:.1f}", f"{row['wakes']:.0f}", f"{row['usd']:.2f}") for row in days]
    drawn: list[dict[str, Any]] = [
        {
            **_days_plot("awake", "Hours awake, by day", "hours", days),
            "series": [_series("awake", "first", [row["awake_hours"] for row in days])],
            "table": table(
                "Hours awake and compute by day", ("Day", "Hours awake", "Wakes", "Compute, USD"), rows, [1, 2, 3]
            ),
        }
    ]
    if wakes["times"]:
        times = [(moment(item["at"]), item["seconds"]) for item in wakes["times"]]
        drawn.append(
            {
                "id": "wakes",
                "kind": "dots",
                "title": "Seconds to wake, one mark a wake",
                "alt": f"Seconds to wake of {len(times)} wakes, the median {wakes['median_seconds']}",
                "x": [at[:10] for at, _seconds in times],
                "every": max(1, len(times) // 7),
                "y": "seconds",
                "values": [seconds for _at, seconds in times],
                "limit": WAKE_SECONDS,
                "limit_label": f"wanted: at most {WAKE_SECONDS}",
                "labels": ("in time", "later"),
                "table": table("Seconds to wake", ("When (UTC)", "Seconds"), times, [1]),
            }
        )
    return section("awake", "Awake and asleep", text=text, plots=drawn)


def _load(review: Review) -> dict[str, Any]:
    services = review["services"]
    rows = [
        (
            KINDS[kind],
            f"{item['task_hours']:,.1f}",
            item["tasks_peak"],
            *(_percent(item[f"{what}_{how}"]) for what in ("cpu", "memory") for how in ("average", "high", "peak")),
            f"{item['usd']:,.2f}",
        )
        for kind, item in services.items()
    ]
    head = ["Tasks", "Hours", "Most", "CPU average", "95 of 100", "highest"]
    head += ["Memory average", "95 of 100", "highest", "USD"]
    low, high = UTILISATION_PERCENT
    ranges = [
        {
            "label": f"{KINDS[kind]}, {'CPU' if what == 'cpu' else 'memory'}",
            **{how: item[f"{what}_{how}"] for how in ("average", "high", "peak")},
        }
        for kind, item in services.items()
        for what in ("cpu", "memory")
    ]
    used = ", ".join(f"{row['label']} {_percent(row['average'])} on average" for row in ranges)
    return section(
        "load",
        "How much of the tasks was used",
        text=["While the tasks ran. A bridge is to be used by 60 to 80 % when people meet; the others have no goal."],
        tables=[table("Use of CPU and memory (%), and cost", head, rows, range(1, len(head)))],
        plots=ranges
        and [
            {
                "id": "load",
                "kind": "ranges",
                "height": 0.9 + 0.42 * len(ranges),
                "title": "Use of CPU and memory while awake",
                "alt": f"Use of CPU and memory: {used}",
                "rows": ranges,
                "band": UTILISATION_PERCENT,
                "band_label": f"wanted of bridges: {low} to {high} %",
                "y": "%",
                "table": None,
            }
        ],
    )


def _scaling(review: Review) -> dict[str, Any]:
    scaling = review["scaling"]
    text = [f"{scaling['added']} additions, {scaling['removed']} removals; {scaling['failed']} failed."]
    if scaling["longest_seconds"] is not None:
        text.append(
            f"From the load that asked for it until a task ran it took {scaling['median_seconds']} seconds (median),"
            f" at most {scaling['longest_seconds']}."
        )
    rows = [
        (moment(item["at"]), KINDS[item["service"]], item["change"], item["desired"], item["by"], item["seconds"])
        for item in scaling["actions"]
    ]
    head = ("When (UTC)", "Tasks", "Change", "To", "By", "Seconds")
    tables = [table("Actions of scaling", head, rows, [3, 5])] if rows else []
    return section("scaling", "Scaling", text=text, tables=tables, long=True)


def _recordings(review: Review) -> dict[str, Any]:
    found, days = review["recordings"], review["by_day"]
    if not found["uploads"]:
        return section("recordings", "Recordings", text=["None was uploaded."])
    text = [
        f"{found['succeeded']} of {found['uploads']} uploads succeeded ({found['success_percent']} %). A recording"
        " whose upload failed is tried again, so that it counts once more.",
        f"Recorders recorded for {found['recording_hours']:,.1f} hours; all of them were busy for"
        f" {found['all_busy_minutes']} minutes.",
    ]
    rows = [(row["day"], f"{row['uploads']:.0f}", f"{row['uploads_failed']:.0f}") for row in days if row["uploads"]]
    plot = {
        **_days_plot("uploads", "Uploads of recordings, by day", "uploads", days),
        "series": [
            _series("succeeded", "third", [row["uploads"] - row["uploads_failed"] for row in days]),
            _series("failed", "bad", [row["uploads_failed"] for row in days]),
        ],
        "table": table("Uploads by day", ("Day", "Uploads", "Of them failed"), rows, [1, 2]),
    }
    return section("recordings", "Recordings", text=text, plots=[plot])


def _trouble(review: Review) -> dict[str, Any]:
    alarms = [
        (item["name"], item["times"], moment(item["first"]), moment(item["last"]), item["minutes"])
        for item in review["alarms"]
    ]
    errors = [(item["component"], item["lines"]) for item in review["errors"]]
    tables = []
    if alarms:
        head = ("Alarm", "Times", "First (UTC)", "Last (UTC)", "Minutes")
        tables.append(table("Alarms that fired", head, alarms, [1, 4]))
    if errors:
        tables.append(table("Error lines in the logs, by component", ("Component", "Lines"), errors, [1]))
    text = [] if tables else ["No alarm fired, and no component logged an error."]
    return section("trouble", "Alarms and errors", text=text, tables=tables)


def _cost(review: Review) -> dict[str, Any]:
    cost, days = review["cost"], review["by_day"]
    rows = [
        (f"{KINDS[kind]}, {item['task_hours']:,.1f} hours at {item['usd_hour']:.4f}", f"{item['usd']:,.2f}")
        for kind, item in review["services"].items()
    ]
    rows += [
        ("Video to participants, an estimate of 2.5 Mbit/s to each", f"{cost['traffic_usd']:,.2f}"),
        ("What stands while it sleeps (secret, zone, alarms, storage)", f"{cost['standing_usd']:,.2f}"),
        ("Together", f"{cost['usd']:,.2f}"),
        ("The same if it never slept", f"{cost['always_on_usd']:,.2f}"),
    ]
    plot = {
        **_days_plot("cost", "Compute by day", "USD", days),
        "series": [_series("tasks", "second", [row["usd"] for row in days])],
        "table": None,
    }
    return section("cost", "What it cost", tables=[table("The bill (USD)", ("What", "USD"), rows, [1])], plots=[plot])


# --- Small things


def _days_plot(identifier: str, title: str, unit: str, days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What plots of days share. A long time has a label every few weeks."""
    return {
        "id": identifier,
        "kind": "bars",
        "title": title,
        "alt": f"{title}, {days[0]['day']} to {days[-1]['day']}",
        "x": [row["day"][5:] for row in days],
        "every": max(1, len(days) // 10),
        "y": unit,
    }


def _series(label: str, color: str, values: Sequence[float]) -> dict[str, Any]:
    return {"label": label, "color": color, "values": list(values)}


def day(iso: str) -> str:
    """The date of a time."""
    return iso[:10]


def moment(iso: str) -> str:
    """A time to the minute."""
    return iso[:16].replace("T", " ")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} %"
