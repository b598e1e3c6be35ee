# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every container of every task starts, in each of the ways out that the documentation names: its own entry point, run
as the image's user in the same mounts."""

from __future__ import annotations

import pytest
from support import documents, small_root
from support.programs import need

FARGATE = {"jitsi_recorder_launch_type": "FARGATE", "jitsi_recorder_cpu": 4096, "jitsi_recorder_memory": 8192}
WAYS = {
    "default": {},
    "writable root": {"jitsi_readonly_root": False},
    "recorder on Fargate": FARGATE,
    "recorder on Fargate, writable root": {**FARGATE, "jitsi_readonly_root": False},
}


@pytest.fixture(scope="module", params=WAYS)
def started(request, tmp_path_factory):
    """Start every container, those that others wait for first: how it ended and what it printed, by task and name."""
    need("setpriv", "unshare", "chroot", "jq")
    rendered = documents.render(tmp_path_factory.mktemp("documents"), **WAYS[request.param])
    found = {}
    for task in rendered["task_definitions"]:
        volumes = tmp_path_factory.mktemp("volumes")
        boxes = sorted(task["containerDefinitions"], key=lambda box: len(box.get("dependsOn", [])))
        for box in boxes:
            kind = task["family"].rpartition("-")[2]
            root = tmp_path_factory.mktemp(f"{kind}-{box['name']}")
            root.chmod(0o755)
            found[kind, box["name"]] = small_root.run(root, box, volumes, task)
    return found


def test_every_container_reaches_its_program(started):
    sidecars = {"stats", "protect", "address"}
    for (kind, name), (ended, text) in started.items():
        if name in sidecars:
            line = small_root.first_json(text)
            assert (line["platform"], ended) == (documents.NAME, 0), (kind, name, text)
        else:
            assert ended == 0, (kind, name, ended, text)
            assert small_root.REACHED in text, (kind, name, text)


def test_what_the_entry_points_prepare_is_there(started):
    _ended, web = started["signalling", "web"]
    assert "real_ip_header X-Forwarded-For;" in web
    assert "config.disableThirdPartyRequests = true;" in web
    _ended, jvb = started["bridge", "jvb"]
    assert "ice4j.harvest.use-link-local-addresses = false" in jvb
    assert "JVB_ADVERTISE_IPS=203.0.113.7\n" in jvb
    if ("recorder", "jibri") in started:
        _ended, jibri = started["recorder", "jibri"]
        assert "upload.sh" in jibri


def test_a_start_that_cannot_be_is_seen(tmp_path):
    """The twin: without the memory-backed mounts, which a writable root once went without, web does not start."""
    need("setpriv", "unshare", "chroot")
    rendered = documents.render(tmp_path, jitsi_readonly_root=False)
    task = rendered["task_definitions"][0]
    web = next(box for box in task["containerDefinitions"] if box["name"] == "web")
    web["linuxParameters"]["tmpfs"] = []
    root, volumes = tmp_path / "root", tmp_path / "volumes"
    root.mkdir(mode=0o755)
    volumes.mkdir()
    ended, text = small_root.run(root, web, volumes, task)
    assert ended != 0
    assert "Permission denied" in text
    assert small_root.REACHED not in text
