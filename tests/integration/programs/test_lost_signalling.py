# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a bridge notices of a signalling that vanishes without a word: the rendered kernel setting, health check and
statistics sidecar, with the real prosody, ss and kernel. It takes the two minutes that it is about."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from support import documents, lost_signalling
from support.programs import ROOT, need


@pytest.fixture(scope="module")
def happened(tmp_path_factory):
    """Play it once; every test looks at another part of what happened."""
    need("curl", "ip", "jq", "nsenter", "prosody", "ss", "unshare")
    folder = tmp_path_factory.mktemp("lost")
    rendered = documents.render(tmp_path_factory.mktemp("documents"))
    containers = {box["name"]: box for box in rendered["task_definitions"][1]["containerDefinitions"]}
    (folder / "containers.json").write_text(json.dumps(containers))
    done = subprocess.run(
        [
            "unshare",
            "--map-root-user",
            "--net",
            sys.executable,
            lost_signalling.__file__,
            "containers.json",
            str(folder),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        timeout=450,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_bridge_is_healthy_while_it_is_in_the_room_and_hears_signalling(happened):
    assert happened["healthy"] is True
    assert happened["figures"]["signalling"] == 1
    assert (happened["before a login"], happened["not in the room"]) == (False, False)


def test_a_bridge_that_hears_nothing_says_so_whatever_it_believes(happened):
    """ECS asks every ten seconds, and believes the third failure: 13 seconds here are 45 there."""
    assert 12 < happened["unhealthy after"] < 30
    assert happened["figures when lost"]["signalling"] == 0
    assert happened["figures when lost"]["reachable"] == 1


def test_the_kernel_gives_up_within_two_minutes_and_not_before_100_seconds(happened):
    """RFC 1122, 4.2.3.5: R2 corresponds to at least 100 seconds."""
    assert happened["given up because"] == "TimeoutError"
    assert 100 <= happened["given up after"] < 120
    assert happened["healthy without a connection"] is False


def test_it_is_back_by_itself(happened):
    assert happened["back after"] < 30
    assert happened["healthy again"] is True
