# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module image_releases_info against a registry on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.registry import FakeRegistry, digest

JITSI = ["web", "jibri"]
OLD = ["stable-11146-2", "unstable", "stable-11031"]

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    tags = {f"jitsi/{name}": [*OLD, "stable-11200", "stable-11200-1"] for name in JITSI}
    tags["jitsi/jibri"].remove("stable-11200-1")
    with FakeRegistry({**tags, "library/caddy": ["2.10.2-alpine", "2.11.4-alpine"]}).running() as running:
        yield running


@pytest.fixture
def find(registry: FakeRegistry, run_module: Run) -> Run:
    def find(jitsi: dict[str, Any] | None = None, pin: str = "", **params: Any) -> dict[str, Any]:
        images = [f"ghcr.io/jitsi/{name}" for name in JITSI]
        releases = [
            {"name": "jitsi", "images": images, "tag": "stable-11146-2", **(jitsi or {})},
            {"name": "caddy", "images": [f"docker.io/library/caddy:2.10.2-alpine{pin}"]},
        ]
        given = {"releases": releases, "registries": registry.urls, "region": None, "endpoint_url": None, **params}
        return run_module("image_releases_info", **given)

    return find


def test_the_newest_of_all_images_with_digests(registry: FakeRegistry, find: Run) -> None:
    found = find(digests=True)
    assert not found["changed"]
    jitsi, caddy = found["releases"]["jitsi"], found["releases"]["caddy"]
    assert (jitsi["target"], jitsi["newer"], jitsi["incomplete"]) == ("stable-11200", True, "stable-11200-1")
    assert jitsi["digests"] == {f"{name}:stable-11200": digest(f"jitsi/{name}", "stable-11200") for name in JITSI}
    pinned = f"docker.io/library/caddy:2.11.4-alpine@{digest('library/caddy', '2.11.4-alpine')}"
    assert (caddy["target"], caddy["references"]) == ("2.11.4-alpine", {"caddy": pinned})
    # A token, two pages and a digest of each: nothing is pulled.
    assert registry.requests.count("GET /token") == 3
    assert {request.split()[0] for request in registry.requests if "manifests" in request} == {"HEAD"}


def test_one_release_can_be_asked_for(find: Run) -> None:
    digests = {"web:stable-11200": "sha256:" + "0a" * 32}
    found = find({"wanted": "stable-11200", "wanted_digests": digests})["releases"]["jitsi"]
    assert (found["target"], found["digests"]) == ("stable-11200", digests)
    assert found["references"]["web"] == f"ghcr.io/jitsi/web:stable-11200@{digests['web:stable-11200']}"
    assert "has no tag stable-11200-1" in find({"wanted": "stable-11200-1"})["msg"]
    assert "does not follow" in find({"wanted": "stable-11031"})["msg"]


def test_what_is_pinned_stays_pinned_until_something_is_newer(registry: FakeRegistry, find: Run) -> None:
    pin = "@sha256:" + "0a" * 32
    registry.tags["library/caddy"] = ["2.10.2-alpine"]
    caddy = find(pin=pin)["releases"]["caddy"]
    assert (caddy["newer"], caddy["references"]["caddy"]) == (False, f"docker.io/library/caddy:2.10.2-alpine{pin}")


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "is not in the registry"), (429, "asked for too often"), (403, "is not public"), (500, "answered with 500")],
)
def test_what_a_registry_refuses_is_told(registry: FakeRegistry, find: Run, status: int, words: str) -> None:
    registry.broken["jitsi/web"] = status
    found = find()
    assert found["failed"] and "ghcr.io/jitsi/web" in found["msg"] and words in found["msg"]


def test_no_registry_and_no_digest_are_told(registry: FakeRegistry, find: Run) -> None:
    found = find(registries={"ghcr.io": "http://127.0.0.1:1"}, timeout=2)
    assert found["failed"] and "cannot be reached" in found["msg"]
    registry.no_digest = True
    assert "tells no digest" in find(digests=True)["msg"]
