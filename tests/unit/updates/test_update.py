# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an update of the images changes, and what is told about it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.updates.update import plan

DIGEST = "sha256:" + "0a" * 32
CADDY, COTURN = "docker.io/library/caddy:2.10.2-alpine", "docker.io/coturn/coturn:4.17.0-r0"
NOW = {
    "jitsi_image_version": "stable-11146-2",
    "jitsi_image_digests": {},
    "jitsi_caddy_image": CADDY,
    "jitsi_coturn_image": COTURN,
}


def release(current: str, target: str = "", reference: str = "", **more: Any) -> dict[str, Any]:
    target = target or current
    notes = {"newest": target, "incomplete": "", "next_major": "", "digests": {}}
    last = reference.partition(":")[0].rpartition("/")[2]
    return {
        "current": current,
        "target": target,
        "newer": target != current,
        "references": {last: reference},
        **notes,
        **more,
    }


def found(target: str = "", **more: Any) -> dict[str, Any]:
    return {
        "jitsi": release("stable-11146-2", target, **more),
        "caddy": release("2.10.2-alpine", reference=CADDY),
        "coturn": release("4.17.0-r0", reference=COTURN),
    }


RELEASES = {
    "jitsi": {"tag": "stable-11146-2", "digests": {}},
    "caddy": {"tag": "2.10.2-alpine", "digests": {}},
    "coturn": {"tag": "4.17.0-r0", "digests": {}},
}


@pytest.mark.parametrize(
    ("environment", "verified", "needed"),
    [
        ("prod", {}, False),
        ("prod", {"releases": RELEASES}, False),
        # Staging also verifies what it has but nobody has verified.
        ("staging", {}, True),
        ("staging", {"releases": RELEASES}, False),
    ],
)
def test_without_anything_newer(environment: str, verified: dict[str, Any], needed: bool) -> None:
    made = plan(found(), NOW, verified, environment)
    assert (made["changed"], made["needed"], made["variables"], made["releases"]) == (False, needed, NOW, RELEASES)


def test_a_newer_release_is_planned_and_told() -> None:
    made = plan(found("stable-11200", newest="stable-11300", incomplete="stable-11400"), NOW, {}, "prod")
    assert made["variables"] == {**NOW, "jitsi_image_version": "stable-11200"}
    assert made["changed"] and made["needed"]
    text = "\n".join(made["lines"])
    for words in (
        "jitsi   stable-11146-2 -> stable-11200",
        "caddy   2.10.2-alpine stays",
        "stable-11300 is newer, and was not chosen",
        "stable-11400 is not there for all images yet",
        "releases/tag/stable-11200",
        "Staging has not verified these",
    ):
        assert words in text


def test_digests_alone_are_a_change() -> None:
    made = plan(found(digests={"web:stable-11146-2": DIGEST}), NOW, {}, "prod")
    assert made["changed"] and made["variables"]["jitsi_image_digests"] == {"web:stable-11146-2": DIGEST}
    assert any("The tags stay" in line for line in made["lines"])
