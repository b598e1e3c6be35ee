# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.times.schedule import check_schedule, check_timezone
from hypothesis import given
from hypothesis import strategies as st

VALID = [
    "cron(0 8 ? * MON-FRI *)",
    "cron(0/15 * * * ? *)",
    "cron(0 0 1,15 * ? *)",
    "cron(30 18 L * ? 2027)",
    "cron(0 12 LW * ? *)",
    "cron(0 12 15W JAN-MAR ? 2026-2030)",
    "cron(0 12 ? * 2#1 *)",
    "cron(0 12 ? * FRIL *)",
    "cron(0 12 ? jan,jul mon *)",
    "cron(0 */2 * * ? *)",
    "cron(5,10-20 8-17/2 * * ? 1970)",
    "rate(1 minute)",
    "rate(5 minutes)",
    "rate(1 hour)",
    "rate(12 hours)",
    "rate(1 day)",
    "rate(90 days)",
    "at(2027-02-28T08:00:00)",
    "at(2028-02-29T23:59:59)",
]

INVALID = [
    ("", "is none of"),
    ("0 8 * * *", "is none of"),
    ("cron 0 8 * * ? *", "is none of"),
    ("cron(0 8 ? * MON-FRI *) ", "is none of"),
    ("cron()", "has 0 fields"),
    ("cron(0 8 * * ?)", "has 5 fields"),
    ("cron(0 8 * * ? * *)", "has 7 fields"),
    ("cron(0 8 * * * *)", "exactly one"),
    ("cron(0 8 ? * ? *)", "exactly one"),
    ("cron(60 8 ? * MON *)", "minutes '60'"),
    ("cron(-1 8 ? * MON *)", "minutes '-1'"),
    ("cron(? 8 ? * MON *)", "minutes '?'"),
    ("cron(0 24 ? * MON *)", "hours '24'"),
    ("cron(0 8 0 * ? *)", "day-of-month '0'"),
    ("cron(0 8 32 * ? *)", "day-of-month '32'"),
    ("cron(0 8 32W * ? *)", "day-of-month '32W'"),
    ("cron(0 8 1 13 ? *)", "month '13'"),
    ("cron(0 8 1 FOO ? *)", "month 'FOO'"),
    ("cron(0 8 ? * 0 *)", "day-of-week '0'"),
    ("cron(0 8 ? * 8 *)", "day-of-week '8'"),
    ("cron(0 8 ? * MON#6 *)", "day-of-week 'MON#6'"),
    ("cron(0 8 ? * MON-FRI-SUN *)", "day-of-week"),
    ("cron(0 8 ?,1 * MON *)", "day-of-month"),
    ("cron(0 8 ? * MON 1969)", "year '1969'"),
    ("cron(0 8 ? * MON 2200)", "year '2200'"),
    ("cron(0/0 8 ? * MON *)", "minutes '0/0'"),
    ("cron(0/x 8 ? * MON *)", "minutes '0/x'"),
    ("cron(0/ 8 ? * MON *)", "minutes '0/'"),
    ("cron(0/99999999999999999999 8 ? * MON *)", "minutes"),
    ("cron(1, 8 ? * MON *)", "minutes '1,'"),
    ("cron(\u0661 8 ? * MON *)", "minutes"),
    ("rate(0 minutes)", "rate(value unit)"),
    ("rate(1 minutes)", "rate(value unit)"),
    ("rate(5 minute)", "rate(value unit)"),
    ("rate(5 weeks)", "rate(value unit)"),
    ("rate(-5 minutes)", "rate(value unit)"),
    ("rate(5minutes)", "rate(value unit)"),
    ("rate(1.5 hours)", "rate(value unit)"),
    ("at(2027-02-30T08:00:00)", "date and time"),
    ("at(2027-02-28)", "date and time"),
    ("at(2027-02-28 08:00:00)", "date and time"),
    ("at(2027-2-28T08:00:00)", "date and time"),
    ("at(2027-02-28T24:00:00)", "date and time"),
    ("at(2027-02-28T08:00:00Z)", "date and time"),
]


@pytest.mark.parametrize("expression", VALID)
def test_valid(expression):
    check_schedule(expression)


@pytest.mark.parametrize(("expression", "message"), INVALID)
def test_invalid_says_what_and_how(expression, message):
    with pytest.raises(InvalidInput) as error:
        check_schedule(expression)
    text = str(error.value)
    assert text.startswith(f"schedule {expression!r}: ")
    assert message in text
    assert "; " in text


@given(st.text(alphabet="cronate()0123456789 */?,-#LWMONFRI:T", max_size=40))
def test_any_text_passes_or_is_refused(text):
    for expression in (text, f"cron({text})", f"rate({text})", f"at({text})"):
        try:
            check_schedule(expression)
        except InvalidInput:
            pass


@given(
    st.integers(0, 59), st.integers(0, 23), st.sampled_from(["MON", "FRI", "2-6", "SUN,SAT"]), st.integers(1970, 2199)
)
def test_every_hour_of_a_week_can_be_written(minute, hour, days, year):
    check_schedule(f"cron({minute} {hour} ? * {days} {year})")


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Etc/GMT+9", "America/Argentina/Buenos_Aires"])
def test_known_timezone(name):
    check_timezone(name)


@pytest.mark.parametrize("name", ["", "Berlin", "Europe", "europe/berlin", "../UTC", "/etc/passwd", "CEST+1"])
def test_unknown_timezone(name):
    with pytest.raises(InvalidInput, match="IANA time zone"):
        check_timezone(name)


def test_no_timezone_is_refused_where_no_database_is_installed(monkeypatch):
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    check_timezone("Europe/Berlin")
