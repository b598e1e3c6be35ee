# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The real stats script with the real curl and jq against components that answer, lie or are silent."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
import yaml
from support.programs import ROLE, http_server, need

SCRIPT = (ROLE / "files" / "stats.sh").read_text()
SETTINGS = yaml.safe_load((ROLE / "vars" / "main" / "common.yml").read_text())["_ecs_service_stats"]

# What the components answer, cut to some of their fields.
JICOFO = {
    "conferences": 2,
    "participants": 5,
    "bridge_selector": {"bridge_count": 2, "operational_bridge_count": 1},
    "jibri_detector": {"count": 2, "available": 1},
    "version": "1.1",
}
JVB = {"participants": 7, "local_endpoints": 6, "conferences": 3, "stress_level": 0.25, "healthy": True, "drain": False}


def jibri(busy: str, health: str) -> dict:
    return {"status": {"busyStatus": busy, "health": {"healthStatus": health, "details": {}}}}


def first_line(source: str, url: str, *command: str) -> dict:
    need("bash", "curl", "jq")
    process = subprocess.Popen(
        ["bash", "-c", SCRIPT, "stats", source, "jitsi", url, SETTINGS[source]["figures"], "60", *command],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        return json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        process.stdout.close()
        # Ends at once on a stop, although it waits for its next minute.
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("source", "answer", "figures"),
    [
        (
            "jicofo",
            JICOFO,
            {"participants": 5, "conferences": 2, "bridges": 1, "recorders": 2, "recorders_available": 1},
        ),
        ("jvb", JVB, {"participants": 6, "conferences": 3, "stress": 0.25, "healthy": 1, "drain": 0}),
        ("jibri", jibri("IDLE", "HEALTHY"), {"busy": 0, "healthy": 1}),
        ("jibri", jibri("BUSY", "UNHEALTHY"), {"busy": 1, "healthy": 0}),
    ],
)
def test_one_line_of_figures(source, answer, figures):
    with http_server(lambda _request: (200, json.dumps(answer).encode())) as url:
        assert first_line(source, url) == {"source": source, "platform": "jitsi", "reachable": 1, **figures}


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"{}"), (200, b"<html>"), (200, b""), (200, b"{}"), (200, b'{"participants": null, "conferences": "1"}')],
)
@pytest.mark.parametrize("source", SETTINGS)
def test_a_wrong_answer_never_looks_like_zero(source, status, body):
    with http_server(lambda _request: (status, body)) as url:
        assert first_line(source, url) == {"source": source, "platform": "jitsi", "reachable": 0}


def storage(directory: Path) -> str:
    """The recorder's command for figures of its disk."""
    figures = yaml.safe_load((ROLE / "vars" / "main" / "recorder.yml").read_text())[
        "_ecs_service_recorder_storage_figures"
    ]
    return figures.replace("{{ _ecs_service_jibri_environment.JIBRI_RECORDING_DIR }}", str(directory))


@pytest.mark.parametrize(("status", "figures"), [(200, {"busy": 0, "healthy": 1}), (500, {})])
def test_a_recorder_says_what_waits_also_when_jibri_is_silent(tmp_path, status, figures):
    (tmp_path / "live session").mkdir()
    (tmp_path / "odd\nname.1795400561931864655" / "deeper").mkdir(parents=True)
    (tmp_path / "no directory").touch()
    with http_server(lambda _request: (status, json.dumps(jibri("IDLE", "HEALTHY")).encode())) as url:
        line = first_line("jibri", url, storage(tmp_path))
    assert 0 <= line.pop("disk_percent") <= 100
    assert line == {"source": "jibri", "platform": "jitsi", "reachable": int(status == 200), "waiting": 2, **figures}


@pytest.mark.parametrize("command", ["false", "echo", "echo '{\"waiting\": null}'", "echo not JSON", "storage"])
def test_a_disk_that_cannot_be_read_never_looks_empty(tmp_path, command):
    command = storage(tmp_path / "missing") if command == "storage" else command
    with http_server(lambda _request: (200, json.dumps(jibri("BUSY", "HEALTHY")).encode())) as url:
        line = first_line("jibri", url, command)
    assert line == {"source": "jibri", "platform": "jitsi", "reachable": 1, "busy": 1, "healthy": 1}


def test_a_silent_component_is_unreachable():
    with http_server(lambda _request: (200, b"{}")) as url:
        pass
    assert first_line("jvb", url) == {"source": "jvb", "platform": "jitsi", "reachable": 0}
