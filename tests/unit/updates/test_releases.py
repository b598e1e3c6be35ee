# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which release comes next: rules as a table, and as properties of any tags."""

from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.updates import releases
from ansible_collections.meetops.jitsi.plugins.module_utils.updates.releases import Choice, choose
from hypothesis import given
from hypothesis import strategies as st

STABLE = "stable-11146-2"

ONE_IMAGE = [
    # current, tags, chosen
    (STABLE, [], Choice(STABLE)),
    (STABLE, [STABLE], Choice(STABLE)),
    (STABLE, ["stable-11146", "stable-11146-1", "stable-11031", "stable-9999-9"], Choice(STABLE)),
    (STABLE, ["stable-11146-3"], Choice("stable-11146-3")),
    (STABLE, ["stable-11146-3", "stable-11146-10"], Choice("stable-11146-10")),
    (STABLE, ["stable-11200", "stable-11146-10"], Choice("stable-11200")),
    ("stable-11200", ["stable-11200-1"], Choice("stable-11200-1")),
    (STABLE, ["latest", "stable", "unstable", "unstable-2026-11-01", "nightly-99999", "web-1.0.9000"], Choice(STABLE)),
    (STABLE, ["stable-11200-rc1", "stable-11200-amd64", "stable-99999-1-2", "11200", "v11200"], Choice(STABLE)),
    (STABLE, ["sha256-0a1b.sig", "stable-11200.sig", "stable-11200-1.att"], Choice(STABLE)),
    ("2.10.2-alpine", ["2.11.4-alpine", "2.11.5", "2.11-alpine", "2-alpine", "alpine"], Choice("2.11.4-alpine")),
    ("2.10.2-alpine", ["2.9.9-alpine", "2.10.10-alpine"], Choice("2.10.10-alpine")),
    (
        "2.10.2-alpine",
        ["2.11.0-beta.1-alpine", "2.11.0-builder-alpine", "2.11.0-windowsservercore"],
        Choice("2.10.2-alpine"),
    ),
    ("2.10.2-alpine", ["3.0.0-alpine"], Choice("2.10.2-alpine", next_major="3.0.0-alpine")),
    ("2.10.2-alpine", ["3.0.0-alpine", "2.11.0-alpine"], Choice("2.11.0-alpine", next_major="3.0.0-alpine")),
    ("4.17.0-r0", ["4.17.0-r1", "4.18.0", "4.18.0-r0-alpine", "edge-alpine"], Choice("4.17.0-r1")),
    ("4.17.0-r0", ["4.17.0-r1", "4.18.0-r0"], Choice("4.18.0-r0")),
]


@pytest.mark.parametrize(("current", "tags", "wanted"), ONE_IMAGE)
def test_one_image(current: str, tags: list[str], wanted: Choice) -> None:
    assert choose(current, {"image": tags}) == wanted


def test_a_release_is_one_that_all_images_have() -> None:
    tags = {
        "web": [STABLE, "stable-11200", "stable-11300"],
        "prosody": [STABLE, "stable-11200", "stable-11300"],
        "jvb": [STABLE, "stable-11200"],
    }
    assert choose(STABLE, tags) == Choice("stable-11200", incomplete="stable-11300")
    assert choose(STABLE, tags, excluded=["stable-11200"]) == Choice(STABLE, incomplete="stable-11300")


def test_another_first_number_must_be_asked_for() -> None:
    tags = {"caddy": ["2.11.0-alpine", "3.1.0-alpine"]}
    assert choose("2.10.2-alpine", tags, major=True) == Choice("3.1.0-alpine")


@pytest.mark.parametrize("tag", ["latest", "stable", "", "alpine"])
def test_a_tag_without_a_number_is_no_release(tag: str) -> None:
    with pytest.raises(InvalidInput, match="pin one"):
        choose(tag, {"image": []})


TAGS = st.from_regex(r"(stable|unstable|v)?-?[0-9]{1,5}([.-][0-9]{1,3}){0,2}(-alpine|-rc1)?", fullmatch=True)


@given(current=TAGS, tags=st.lists(st.lists(TAGS, max_size=8), min_size=1, max_size=3), major=st.booleans())
def test_never_older_never_of_another_kind_and_always_complete(
    current: str, tags: list[list[str]], major: bool
) -> None:
    chosen = choose(current, {str(number): found for number, found in enumerate(tags)}, major=major).newest
    releases.check_step(current, chosen)
    assert chosen == current or all(chosen in found for found in tags)


@pytest.mark.parametrize(
    ("current", "wanted"),
    [(STABLE, "stable-11146-1"), (STABLE, "latest"), ("2.10.2-alpine", "2.11.0"), ("4.17.0-r0", "4.16.0-r9")],
)
def test_a_step_back_or_aside_is_refused(current: str, wanted: str) -> None:
    with pytest.raises(InvalidInput, match="does not follow"):
        releases.check_step(current, wanted)


@pytest.mark.parametrize(
    ("reference", "wanted"),
    [
        ("ghcr.io/jitsi/web:stable-1", ("ghcr.io/jitsi/web", "stable-1", "")),
        ("localhost:5000/web", ("localhost:5000/web", "", "")),
        ("caddy:2@sha256:" + "0a" * 32, ("caddy", "2", "sha256:" + "0a" * 32)),
        ("caddy@sha256:" + "0a" * 32, ("caddy", "", "sha256:" + "0a" * 32)),
    ],
)
def test_references_are_taken_apart(reference: str, wanted: tuple[str, str, str]) -> None:
    assert releases.split(reference) == wanted


@pytest.mark.parametrize(
    ("repository", "wanted"),
    [
        ("ghcr.io/jitsi/web", ("ghcr.io", "jitsi/web")),
        ("caddy", ("docker.io", "library/caddy")),
        ("coturn/coturn", ("docker.io", "coturn/coturn")),
        ("docker.io/caddy", ("docker.io", "library/caddy")),
        ("localhost:5000/a/b", ("localhost:5000", "a/b")),
    ],
)
def test_repositories_are_found_as_docker_does(repository: str, wanted: tuple[str, str]) -> None:
    assert releases.registry(repository) == wanted
