# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rules themselves: no input, however odd, makes a check raise, hang, or print more than one line."""

from __future__ import annotations

import ipaddress
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils import rules
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.variables import kinds as v
from ansible_collections.meetops.jitsi.plugins.module_utils.variables import list_kinds as lists
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.combinations import (
    MEMORY_OF_FAMILY,
    VCPUS_OF_SIZE,
    room,
)
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.facts import VARIABLES
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.validation import problems
from hypothesis import given, settings
from hypothesis import strategies as st

# What YAML can give.
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    max_leaves=6,
)
# Text that comes near to what the rules look for.
NEAR = st.text(alphabet="abcZ019.-_:/@*?(){}[]= \n\u00e9", max_size=60)


def lines(rule: rules.Rule, value: Any) -> list[str]:
    try:
        return list(rule.check("x", rule.parse(value)))
    except InvalidInput as error:
        return [rules.problem("x", value, str(error))]


@settings(max_examples=150, deadline=None)
@given(value=ANYTHING | NEAR)
def test_any_value_gives_clean_lines(value: Any) -> None:
    for name, variable in VARIABLES.items():
        for line in lines(variable.rule, value):
            assert line.startswith("x"), name
            assert line.isprintable(), name
            assert "; " in line, name


@settings(max_examples=100, deadline=None)
@given(value=st.dictionaries(st.sampled_from(list(VARIABLES)), ANYTHING | NEAR))
def test_any_set_of_values_gives_a_list(value: dict[str, Any]) -> None:
    for line in problems(value, value, {}):
        assert line.startswith("jitsi_")


@settings(max_examples=100, deadline=None)
@given(
    item=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("cidr", "zone", "name", "schedule", "awake", "timezone"), ANYTHING | NEAR)
    )
)
def test_any_item_of_a_list_gives_clean_lines(item: dict[str, Any]) -> None:
    for rule in (lists.subnets(), lists.schedules(), lists.stun_servers()):
        assert all(line.isprintable() and "; " in line for line in lines(rule, [item, item]))


@pytest.fixture
def _never_hangs() -> Iterator[None]:
    """Fail instead of hanging. An expression that goes back over such a text takes hours, any other one no second."""

    def fail(*_: object) -> None:
        raise AssertionError("a check hangs")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(600)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 1_000_000, "a." * 500_000, "a-" * 500_000, "-" * 1_000_000, "a/" * 500_000, "a__" * 300_000),
        *("1" * 1_000_000, "." * 1_000_000, " " * 1_000_000, "a@" * 500_000, "0a" * 500_000, "cron(" * 200_000),
        "http://" + "a-" * 500_000,
    ],
    ids=lambda text: text[:8],
)
def test_enormous_text_is_refused_at_once(text: str, _never_hangs: None) -> None:
    for name, variable in VARIABLES.items():
        found = lines(variable.rule, text)
        assert len(found) == 1, name
        assert len(found[0]) < 350, name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "'a'"),
        (5, "5"),
        ("a\nb", r"'a\nb'"),
        ("m\u00fc", r"'m\xfc'"),
        ("a" * 200, "'" + "a" * 76 + "..."),
        ("http://user:pass@host", "'http://<hidden>@host'"),
        ({"k": ["AKIA0123456789ABCDEF"]}, "{'k': ['<hidden>']}"),
        ("https://hooks.slack.com/services/T0/B0/aB3dE5", "'https://hooks.slack.com/services/<hidden>'"),
        ("https://chat.example.com/hooks/x7k2", "'https://chat.example.com/hooks/<hidden>'"),
        ("caddy@sha256:" + "0a" * 20, "'caddy@sha256:" + "0a" * 20 + "'"),
        (
            "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab",
            "'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab'",
        ),
    ],
)
def test_shown(value: Any, expected: str) -> None:
    assert rules.shown(value) == expected
    assert len(rules.shown(value)) <= rules.LONGEST_SHOWN


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (rules.between(1, 9), "7", 7),
        (rules.between(1, 9), 7, 7),
        (rules.between(1, 9), "-7", -7),
        (rules.flag(), "YES", True),
        (rules.flag(), "false", False),
        (rules.flag(), True, True),
        (lists.tags(), {}, {}),
        (lists.subnets(), [], []),
        (rules.one_of("a", "b"), "a", "a"),
    ],
)
def test_parse(rule: rules.Rule, value: Any, expected: Any) -> None:
    parsed = rule.parse(value)
    assert parsed == expected
    assert type(parsed) is type(expected)


@pytest.mark.parametrize(
    ("rule", "value", "kind"),
    [
        *(
            (rules.between(1, 9), value, "a whole number")
            for value in (True, 1.0, "1.0", "07", "+7", " 7", "0x7", "", None, [7])
        ),
        *((rules.flag(), value, "true or false") for value in (0, 1, "1", "on", "", None, "truee")),
        *((rules.one_of("a"), value, "text") for value in (1, None, ["a"], {"a": 1}, False)),
        *((lists.tags(), value, "a dictionary") for value in ([], "", None, "a=b")),
        *((lists.subnets(), value, "a list") for value in ({}, "", None, "[]")),
    ],
)
def test_parse_refuses_other_kinds(rule: rules.Rule, value: Any, kind: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^is not {kind}; use {rule.allowed[:5]}"):
        rule.parse(value)


@pytest.mark.parametrize(
    "make",
    [rules.flag, v.name, v.email, v.url, v.timezone, v.image, v.kms_key, lists.tags],
    ids=lambda make: make.__name__,
)
def test_rules_can_be_read(make: Callable[[], rules.Rule]) -> None:
    assert make().kind in rules.KINDS
    assert make().allowed


@settings(max_examples=200, deadline=None)
@given(value=st.ip_addresses(v=4, network="10.0.0.0/8"), size=st.integers(0, 32))
def test_cidr_suggests_a_network_that_it_accepts(value: ipaddress.IPv4Address, size: int) -> None:
    fault = v.cidr_fault(f"{value}/{size}")
    if not 16 <= size <= 28:
        assert fault
        assert "/16 to /28" in fault
    elif fault:
        assert v.cidr_fault(fault.rpartition("use ")[2]) is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("c6i.xlarge", (4096, 7424)),
        ("c5.2xlarge", (8192, 15360)),
        ("m5.large", (2048, 7424)),
        ("m7i.8xlarge", (32768, 126464)),
        ("r6i.large", None),
        ("c6i.metal", None),
        ("", None),
    ],
)
def test_room(kind: str, expected: tuple[int, int] | None) -> None:
    assert room(kind) == expected


def test_room_leaves_half_a_gib_to_the_machine() -> None:
    for family, memory in MEMORY_OF_FAMILY.items():
        for size, vcpus in VCPUS_OF_SIZE.items():
            offered = room(f"{family}.{size}")
            assert offered is not None
            assert offered[0] == vcpus * 1024
            assert 512 < memory * vcpus - offered[1] <= 512 + memory * vcpus / 32


def test_nearest() -> None:
    assert rules.nearest("zoen", ["zone", "cidr"], "use one") == "did you mean zone?"
    assert rules.nearest("x" * 100_000, ["zone"], "use one") == "use one"


def test_optional_takes_empty_and_keeps_the_rule() -> None:
    rule = rules.optional(v.url())
    assert lines(rule, "") == []
    assert len(lines(rule, "x")) == 1
    assert rule.allowed.startswith("empty, or an address")
