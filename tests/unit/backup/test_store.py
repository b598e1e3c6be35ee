# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Backups on disk: whole or not there, for their owner only, verified; and what became of recordings since."""

from __future__ import annotations

import datetime as dt
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.backup import configuration
from ansible_collections.meetops.jitsi.plugins.module_utils.backup import store as backup_store
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import index
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.index import Fate

AT = dt.datetime(2026, 11, 23, 2, 30, tzinfo=dt.UTC)
FILES = {"a.json": b"{}\n", "b.json": b"[1]\n"}


def write(store: backup_store.Store, days: int = 0) -> Path:
    return store.write(AT + dt.timedelta(days=days), FILES, {"name": "meet"})


@pytest.fixture
def store(tmp_path: Path) -> backup_store.Store:
    return backup_store.Store(str(tmp_path), "meet")


def test_what_is_written_can_be_read_by_its_owner_only(store: backup_store.Store) -> None:
    path = write(store)
    assert path.name == "20261123T023000Z"
    assert backup_store.verify(path)["files"].keys() == FILES.keys()
    assert {stat.S_IMODE(item.stat().st_mode) for item in path.iterdir()} == {0o600}
    assert [stat.S_IMODE(item.stat().st_mode) for item in (path, path.parent)] == [0o700, 0o700]
    with pytest.raises(InvalidInput, match="cannot be written"):
        write(store)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (lambda path: (path / "a.json").write_text("{ }"), "a.json is not what was written"),
    "missing": (lambda path: (path / "b.json").unlink(), "b.json is missing"),
    "added": (lambda path: (path / "c.json").touch(), "c.json is not in the manifest"),
    "a directory": (lambda path: [(path / "a.json").unlink(), (path / "a.json").mkdir()], "a.json is not what"),
    "no manifest": (lambda path: (path / "manifest.json").unlink(), "is not a backup"),
    "an empty manifest": (lambda path: (path / "manifest.json").write_text(""), "is not a backup"),
    "a later format": (lambda path: (path / "manifest.json").write_text('{"format": 2}'), "is not a backup"),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damage_is_found(store: backup_store.Store, how: str) -> None:
    path = write(store)
    damage, words = DAMAGE[how]
    damage(path)
    with pytest.raises(InvalidInput, match=words):
        backup_store.verify(path)


def test_a_run_that_dies_leaves_nothing_that_looks_like_a_backup(
    store: backup_store.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(backup_store, "_sync", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            write(store)
    assert store.backups() == []
    partial = next(store.home.glob(".partial-*"))
    store.remove([])
    assert partial.exists()  # it may be at work still
    os.utime(partial, (0, 0))
    store.remove([])
    assert not partial.exists()


@pytest.mark.parametrize(("keep", "left"), [(0, 3), (1, 0), (2, 1), (3, 2), (9, 3)])
def test_room_is_made_for_one_more(store: backup_store.Store, keep: int, left: int) -> None:
    paths = [write(store, days) for days in range(3)]
    (store.home / "notes").mkdir()
    store.remove(store.surplus(keep))
    assert store.backups() == paths[3 - left :]
    assert (store.home / "notes").exists()


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden"])
def test_a_platform_is_no_path(name: str) -> None:
    with pytest.raises(InvalidInput, match="not the name of a platform"):
        backup_store.Store("/tmp", name)


def test_without_a_backup_there_is_no_newest(store: backup_store.Store) -> None:
    with pytest.raises(InvalidInput, match="holds no backup"):
        store.newest()


# --- What is in them


def test_no_header_of_the_distribution_keeps_its_value() -> None:
    header = {"HeaderName": "X-Origin", "HeaderValue": "secret"}
    config = {"Origins": {"Items": [{"Id": "caddy", "CustomHeaders": {"Quantity": 1, "Items": [header]}}]}}
    assert "secret" not in str(configuration.distribution(config)).replace(configuration.MASK, "")


def test_differences_are_told_by_section() -> None:
    then = {"alarms": {"a": {"Threshold": 1}, "b": {"Threshold": 1}}, "dns": {"d": {"TTL": 60}}}
    now = {"alarms": {"a": {"Threshold": 2}, "c": {"Threshold": 1}}, "dns": {"d": {"TTL": 60}}}
    assert configuration.differences(then, now) == {"alarms": ["a: differs in threshold", "b: is gone", "c: is new"]}


MARKER, OTHER, MINE = {"VersionId": "m"}, {"VersionId": "o", "Size": 1}, {"VersionId": "v", "Size": 1}


@pytest.mark.parametrize(
    ("versions", "fate"),
    [
        ([MINE], Fate.KEPT),
        ([OTHER, MINE], Fate.REPLACED),
        ([OTHER], Fate.REPLACED),
        ([MARKER, MINE], Fate.DELETED),
        ([MARKER, MARKER, MINE, OTHER], Fate.DELETED),
        ([MARKER, OTHER, MINE], Fate.BURIED),
        ([MARKER, OTHER, {**MINE, "StorageClass": "GLACIER"}], Fate.COLD),
        ([MARKER, {**MINE, "StorageClass": "GLACIER"}], Fate.DELETED),
        ([MARKER, OTHER], Fate.LOST),
        ([MARKER], Fate.LOST),
        ([], Fate.LOST),
    ],
)
def test_fates_of_recordings(versions: list[dict[str, object]], fate: Fate) -> None:
    line = {"key": "recordings/one/x.mp4", "version_id": "v", "latest": True, "delete_marker": False, "bytes": 1}
    found = index.fates([line], [{"Key": line["key"], **version} for version in versions])
    assert found == [(line, fate)]
