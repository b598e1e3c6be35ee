# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from ansible_collections.meetops.jitsi.plugins.filter.absent import absent


def test_names_become_items_in_their_order():
    assert absent(["b", "a"]) == [{"name": "b", "state": "absent"}, {"name": "a", "state": "absent"}]
    assert absent(["a"], "family") == [{"family": "a", "state": "absent"}]
    assert absent([]) == []
