# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rendered Caddyfile, TURN script and finalize script in the hands of the real programs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import stat
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from support.programs import ROLE, free_port, http_server, need, render, wait_for_port

COMMON = yaml.safe_load((ROLE / "vars" / "main" / "common.yml").read_text())
SECRET = "0123456789abcdef0123456789abcdef"


def caddyfile() -> str:
    return render(
        "Caddyfile.j2", ecs_service_alert_email="ops@example.com", ecs_service_tls_names=["origin.example.com"]
    )


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_DATA_HOME": str(home), **more}


def test_caddyfile_is_valid_and_formatted(tmp_path):
    need("caddy")
    path = tmp_path / "Caddyfile"
    path.write_text(caddyfile())
    for command in (["validate", "--adapter", "caddyfile", "--config", str(path)], ["fmt", str(path)]):
        done = subprocess.run(
            ["caddy", *command], capture_output=True, text=True, env=environment(tmp_path), check=False
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == path.read_text()


def test_caddy_ends_tls_redirects_and_passes_the_client_address(tmp_path):
    """The rendered file, with what only AWS has replaced: ports, the storage path, and a certificate authority."""
    need("caddy")
    seen = {}

    def web(request):
        seen.update(request.headers)
        return 200, b"{}"

    https, http, health = free_port(), free_port(), free_port()
    with http_server(web) as url:
        text = caddyfile()
        for old, new in (
            ("\tadmin off\n", f"\tadmin off\n\thttp_port {http}\n\thttps_port {https}\n\tskip_install_trust\n"),
            ("/data", str(tmp_path)),
            ("origin.example.com {\n", "origin.example.com {\n\ttls internal\n\tbind 127.0.0.1\n"),
            ("127.0.0.1:8000", url.removeprefix("http://")),
            ("127.0.0.1:2020", f"127.0.0.1:{health}"),
        ):
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "Caddyfile"
        path.write_text(text)
        process = subprocess.Popen(
            ["caddy", "run", "--adapter", "caddyfile", "--config", str(path)],
            env=environment(tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            curl = [
                "curl",
                "--silent",
                "--retry",
                "50",
                "--retry-connrefused",
                "--retry-delay",
                "0",
                "--max-time",
                "20",
            ]
            healthy = [*curl, "--fail", f"http://127.0.0.1:{health}/health"]
            assert subprocess.run(healthy, check=False).returncode == 0
            resolve = ["--resolve", f"origin.example.com:{https}:127.0.0.1", "--insecure"]
            answer = subprocess.run(
                [*curl, *resolve, "--include", f"https://origin.example.com:{https}/room"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.lower()
        finally:
            process.terminate()
            process.wait(timeout=20)
    assert answer.startswith("http/2 200")
    assert "strict-transport-security: max-age=31536000" in answer
    assert "\nserver: caddy" not in answer
    assert seen["X-Forwarded-For"] == "127.0.0.1"
    assert seen["X-Forwarded-Proto"] == "https"


@pytest.fixture
def turn(tmp_path):
    """A running coturn with the configuration that the container's script writes; yields its port."""
    need("turnserver", "turnutils_uclient")
    port = free_port()
    script = render(
        "coturn.sh.j2",
        ecs_service_turn_port=port,
        ecs_service_turn_host="turn.example.com",
        _ecs_service_turn_denied_peers=COMMON["_ecs_service_turn_denied_peers"],
    ).replace("/tmp/", f"{tmp_path}/")
    # The two commands that ask the network who we are, and the port that coturn would use for nothing here.
    for name, address in (("hostname", "127.0.0.1"), ("detect-external-ip", "203.0.113.7")):
        command = tmp_path / name
        command.write_text(f"#!/bin/sh\necho {address}\n")
        command.chmod(0o755)
    process = subprocess.Popen(
        ["bash", "-c", script],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "TURN_CREDENTIALS": SECRET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def credentials(secret: str) -> tuple[str, str]:
    """Time-limited credentials as prosody hands them out (draft-uberti-behave-turn-rest-00)."""
    user = str(int(time.time()) + 3600)
    return user, base64.b64encode(hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()).decode()


def allocate(port: int, secret: str, peer: str = "127.0.0.1") -> subprocess.CompletedProcess[str]:
    user, password = credentials(secret)
    return subprocess.run(
        [
            *("turnutils_uclient", "-v", "-t", "-n", "2", "-m", "1", "-c"),
            *("-u", user, "-w", password, "-p", str(port)),
            *("-e", peer, "-r", str(free_port()), "127.0.0.1"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_turn_allocates_over_tcp_for_the_right_secret_only(turn):
    port, pid = turn
    assert "Received relay addr: 203.0.113.7:" in allocate(port, SECRET).stdout
    refused = allocate(port, "wrong" + SECRET)
    assert refused.returncode != 0
    assert "Received relay addr" not in refused.stdout
    assert "Cannot complete Allocation" in refused.stdout
    # The secret is neither in the process list nor in the environment of the server.
    assert SECRET not in Path(f"/proc/{pid}/cmdline").read_text()
    assert SECRET not in Path(f"/proc/{pid}/environ").read_text()


@pytest.mark.parametrize("peer", ["10.0.0.1", "169.254.169.254", "169.254.170.2", "192.168.1.1", "172.16.0.1"])
def test_turn_refuses_private_and_metadata_peers(turn, peer):
    port, _pid = turn
    assert "channel bind: error 403 (Forbidden IP)" in allocate(port, SECRET, peer).stdout


def test_turn_configuration_is_private(turn, tmp_path):
    assert stat.S_IMODE((tmp_path / "turnserver.conf").stat().st_mode) == 0o600


@pytest.fixture
def finalize(aws, tmp_path):
    """Run the finalize script with the real rclone against the emulated S3."""
    need("rclone", "jq")
    aws.client("s3").create_bucket(Bucket="recordings-bucket")
    script = tmp_path / "finalize.sh"
    script.write_text(
        render(
            "finalize.sh.j2",
            ecs_service_name="jitsi",
            ecs_service_region="us-east-1",
            ecs_service_recording_bucket="recordings-bucket",
            ecs_service_recording_kms_key_arn="",
            _ecs_service_recorder_results=tmp_path / "uploads.jsonl",
        )
        .replace("--retries-sleep 20s", "--retries-sleep 1ms")
        # With AWS as its provider rclone puts the bucket into the host name, which loopback has no DNS for.
        .replace("RCLONE_S3_PROVIDER=AWS", "RCLONE_S3_PROVIDER=Other")
    )

    def run(directory: Path, url: str = aws.url):
        done = subprocess.run(
            ["bash", str(script), str(directory)],
            env=environment(
                tmp_path,
                RCLONE_S3_ENDPOINT=url,
                RCLONE_LOW_LEVEL_RETRIES="1",
                AWS_ACCESS_KEY_ID="testing",
                AWS_SECRET_ACCESS_KEY="testing",
            ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, json.loads((tmp_path / "uploads.jsonl").read_text())

    return run


@pytest.fixture
def recording(tmp_path) -> Path:
    directory = tmp_path / "session-1"
    directory.mkdir()
    (directory / "my room_2026-11-22.mp4").write_bytes(os.urandom(100_000))
    (directory / "metadata.json").write_text("{}")
    return directory


def test_finalize_uploads_verifies_and_only_then_deletes(aws, finalize, recording):
    media = (recording / "my room_2026-11-22.mp4").read_bytes()
    status, line = finalize(recording)
    assert status == 0
    assert (line["source"], line["platform"], line["result"], line["file"]) == ("upload", "jitsi", "ok", "session-1")
    assert line["bytes"] >= 100_000
    assert not recording.exists()
    stored = aws.client("s3").get_object(Bucket="recordings-bucket", Key="recordings/session-1/my room_2026-11-22.mp4")
    assert stored["Body"].read() == media


def test_finalize_keeps_what_it_could_not_upload(finalize, recording):
    with http_server(lambda _request: (500, b"")) as url:
        status, line = finalize(recording, url)
    assert status == 1
    assert line["result"] == "failed"
    assert len(list(recording.iterdir())) == 2


@pytest.mark.parametrize("script", ["coturn.sh.j2", "finalize.sh.j2", "recorder_user_data.sh.j2", "stats.sh"])
def test_scripts_pass_shellcheck(script, tmp_path):
    need("shellcheck")
    variables = dict.fromkeys(("ecs_service_name", "ecs_service_region", "ecs_service_recording_bucket"), "x")
    text = (
        (ROLE / "files" / script).read_text()
        if script == "stats.sh"
        else render(
            script,
            ecs_service_turn_port=4443,
            ecs_service_turn_host="turn.example.com",
            ecs_service_recording_kms_key_arn="arn",
            ecs_service_cluster="c",
            _ecs_service_recorder_storage="/storage",
            _ecs_service_recorder_results="/storage/uploads.jsonl",
            _ecs_service_turn_denied_peers=["10.0.0.0-10.255.255.255"],
            **variables,
        )
    )
    done = subprocess.run(["shellcheck", "--shell=bash", "-"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
