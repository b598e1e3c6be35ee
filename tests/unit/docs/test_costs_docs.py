# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""docs/costs.md has the prices that bills are made from, counts the alarms, and adds up."""

from __future__ import annotations

import re

from ansible_collections.meetops.jitsi.plugins.module_utils.platform import prices
from support import documented
from support.rendering import role_variable
from support.server import ROOT

PAGE = (ROOT / "docs" / "costs.md").read_text("utf-8")
# A platform that sleeps has none of these.
AWAKE = {"metrics", "public_ips"}


def test_each_price_of_a_month_is_told() -> None:
    lines = [row for row in documented.rows("costs.md", "Asleep, a month") if len(row) == 4]
    told = {float(price) for row in lines for price in re.findall(r"[\d.]+", row[1])}
    assert told == {item.usd for name, item in prices.IDLE_ITEMS.items() if name not in AWAKE}


def test_the_alarms_are_counted() -> None:
    found = re.search(r"\| (\d+) alarms \((\d+) of them drive scaling\), (\d+) free \| ([\d.]+) \|", PAGE)
    assert found is not None
    every, scaling, free = map(int, found.groups()[:3])
    alarms = role_variable(
        "monitoring", "_monitoring_kept_alarms", monitoring_name="meet", _monitoring_topic={"arn": ""}
    )
    assert every == len(alarms) + scaling
    assert free == prices.IDLE_ITEMS["alarms"].free
    assert float(found[4]) == round((every - free) * prices.IDLE_ITEMS["alarms"].usd, 2)


def test_a_month_adds_up_as_the_readme_says() -> None:
    lines = PAGE.partition("| what | USD |")[2].partition("\n\n")[0]
    *each, total = map(float, re.findall(r"([\d.]+)\** \|$", lines, re.MULTILINE))
    assert total == round(sum(each), 2)
    told = re.findall(r"([\d.]+) USD a month", (ROOT / "README.md").read_text("utf-8"))
    assert {float(price) for price in told} == {total}
