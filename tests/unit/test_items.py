# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state


def test_items_are_told_apart_and_lose_their_state():
    items = [{"name": "a", "size": 1}, {"name": "b", "state": "absent"}, {"name": "c", "state": "present"}]
    assert by_state("roles", items) == ({"a": {"name": "a", "size": 1}, "c": {"name": "c"}}, ["b"])


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([{"family": "a"}, {}], "families 1 family: is missing; give each item a name"),
        ([{"family": ["a"]}], "families ['a'] family: is no text; give each item a name"),
        ([{"family": "a", "state": "gone"}], "families a state gone: is no state; use present or absent"),
        ([{"family": "a"}, {"family": "a", "state": "absent"}], "families a: is listed twice; list it once"),
        ([{"family": 1}, {"family": "1"}], "families 1: is listed twice; list it once"),
    ],
)
def test_what_is_wrong_is_told(items, message):
    with pytest.raises(InvalidInput) as raised:
        by_state("families", items, "family")
    assert str(raised.value) == message
