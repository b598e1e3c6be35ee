# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An audit as a report, and in some lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..report.page import section, table
from .findings import AREAS, RULES, SEVERITIES

Audit = Mapping[str, Any]
COLORS = {"high": "bad", "medium": "second", "low": "first", "info": "quiet"}


def counts(findings: list[dict[str, Any]]) -> dict[str, int]:
    """How many findings of each severity, without those that were accepted."""
    counted = Counter(item["severity"] for item in findings if not item["accepted"])
    return {severity: counted[severity] for severity in SEVERITIES}


def summary(audit: Audit) -> list[str]:
    """The audit in some lines of text."""
    told = ", ".join(f"{number} {severity}" for severity, number in audit["counts"].items())
    accepted = sum(item["accepted"] for item in audit["findings"])
    lines = [
        f"{audit['platform']}, account {audit['account_id']}, {audit['region']}, {audit['at'][:10]}",
        f"Findings    {told}" + (f"; {accepted} accepted" if accepted else ""),
        f"Open to the world   {', '.join(_doors(audit)) or 'nothing'}",
    ]
    for item in audit["findings"]:
        mark = "accepted" if item["accepted"] else item["severity"]
        lines += [f"  {mark:<8}  {item['title']}", f"            {item['evidence']}", f"            {item['action']}"]
        lines += [f"            id {item['id']}"]
    return lines


def _doors(audit: Audit) -> list[str]:
    return [f"{name} {', '.join(ports)}" for name, ports in audit["open"].items() if ports]


def report(audit: Audit) -> dict[str, Any]:
    """The report of what audit_info found."""
    number = audit["counts"]
    return {
        "title": f"Audit of {audit['platform']}",
        "facts": [
            ("Day", audit["at"][:10]),
            ("Where", f"account {audit['account_id']}, {audit['region']}"),
            ("Rules", f"{len(RULES)}, against what the roles of the collection want"),
        ],
        "verdict": "Nothing to mend" if not any(number.values()) else f"{sum(number.values())} findings",
        "cards": [
            {"label": severity.capitalize(), "value": str(number[severity]), "note": "findings"}
            for severity in SEVERITIES
        ],
        "sections": [_overview(audit), *_areas(audit), _exposure(audit), _ages(audit), _accepted(audit)],
    }


def _overview(audit: Audit) -> dict[str, Any]:
    open_ones = [item for item in audit["findings"] if not item["accepted"]]
    if not open_ones:
        return section("findings", "Findings", text=["Everything that was looked at is as this collection wants it."])
    by_area = Counter((item["area"], item["severity"]) for item in open_ones)
    plot = {
        "id": "areas",
        "kind": "stacked",
        "height": 3.4,
        "title": "Findings by area and severity",
        "alt": "Findings by area: "
        + ", ".join(
            f"{title} {sum(by_area[area, severity] for severity in SEVERITIES)}" for area, title in AREAS.items()
        ),
        "rows": list(AREAS.values()),
        "series": [
            {"label": severity, "color": COLORS[severity], "values": [by_area[area, severity] for area in AREAS]}
            for severity in SEVERITIES
        ],
        "y": "findings",
        "table": table(
            "Findings by area",
            ("Area", *SEVERITIES),
            [(title, *(by_area[area, severity] for severity in SEVERITIES)) for area, title in AREAS.items()],
            range(1, 1 + len(SEVERITIES)),
        ),
    }
    return section("findings", "Findings", plots=[plot])


def _areas(audit: Audit) -> list[dict[str, Any]]:
    head = ("Severity", "What", "Evidence", "What to do", "Id")
    sections = []
    for area, title in AREAS.items():
        rows = [
            (item["severity"], item["title"], item["evidence"], item["action"], item["id"])
            for item in audit["findings"]
            if item["area"] == area and not item["accepted"]
        ]
        if rows:
            sections.append(section(f"area-{area}", title, tables=[table(f"Findings: {title}", head, rows, mark=0)]))
    return sections


def _exposure(audit: Audit) -> dict[str, Any]:
    groups = [(name, ", ".join(ports) or "nothing") for name, ports in audit["open"].items()]
    addresses = [
        (item["address"], item["description"] or "-", ", ".join(item["groups"]), ", ".join(item["open"]) or "nothing")
        for item in audit["addresses"]
    ]
    tables = [table("What security groups let in from everywhere", ("Security group", "Open to the world"), groups)]
    if addresses:
        head = ("Address", "Interface", "Security groups", "Open to the world")
        tables.append(table("Public addresses", head, addresses))
    text = [] if addresses else ["Nothing in the network has a public address now, as when the platform sleeps."]
    return section("exposure", "What the world can reach", text=text, tables=tables)


def _ages(audit: Audit) -> dict[str, Any]:
    ages = [item for item in audit["ages"] if item["days"] is not None]
    if not ages:
        return section("ages", "Ages", text=["Nothing with a known age."])
    rows = [(item["what"], f"{item['days']:.0f}", item["limit"]) for item in ages]
    plot = {
        "id": "ages",
        "kind": "stacked",
        "height": 1.1 + 0.36 * len(ages),
        "title": "Age of passwords and images",
        "alt": "Days: " + ", ".join(f"{what} {days} of {limit}" for what, days, limit in rows),
        "rows": [item["what"] for item in ages],
        "series": [
            {
                "label": "age",
                "color": "first",
                "values": [item["days"] if item["days"] <= item["limit"] else 0 for item in ages],
            },
            {
                "label": "age, too old",
                "color": "bad",
                "values": [item["days"] if item["days"] > item["limit"] else 0 for item in ages],
            },
        ],
        "limits": [item["limit"] for item in ages],
        "limit_label": "allowed",
        "y": "days",
        "table": None,
    }
    return section(
        "ages", "Ages", tables=[table("Ages in days", ("What", "Days", "Allowed"), rows, [1, 2])], plots=[plot]
    )


def _accepted(audit: Audit) -> dict[str, Any]:
    rows = [
        (item["severity"], item["title"], item["evidence"], item["id"])
        for item in audit["findings"]
        if item["accepted"]
    ]
    if not rows:
        return section("accepted", "Accepted findings", text=["None: audit_accept is empty."])
    return section(
        "accepted",
        "Accepted findings",
        text=["Known and accepted in audit_accept; they fail nothing. Look at them again each year."],
        tables=[table("Accepted findings", ("Severity", "What", "Evidence", "Id"), rows, mark=0)],
    )
