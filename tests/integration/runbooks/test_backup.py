# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""playbooks/runbooks/backup.yml and restore.yml, as an operator runs them, on a platform after a month of use."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from support.month import Month
from support.playbooks import Run
from support.server import AwsServer

NAME, BUCKET = "jitsi-video-platform", "jitsi-meet-example-com-recordings"
SECRET = f"{NAME}-jitsi-secrets"

Playbook = Callable[..., Run]


def document(aws: AwsServer) -> dict[str, Any]:
    sm = aws.client("secretsmanager")
    return dict(json.loads(sm.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")["SecretString"]))


def values(found: dict[str, Any]) -> list[str]:
    return [value for value in found.values() if isinstance(value, str)]


def listing(aws: AwsServer) -> dict[str, str]:
    found = aws.client("s3").list_object_versions(Bucket=BUCKET, Prefix="recordings/").get("Versions", [])
    return {item["Key"]: item["VersionId"] for item in found if item["IsLatest"]}


def test_what_was_destroyed_is_as_it_was(
    converged: AwsServer, month: Callable[..., Month], quick_playbook: Playbook, tmp_path: Path
) -> None:
    stored = sum(recording.stored for recording in month().recordings)
    s3, sm = converged.client("s3"), converged.client("secretsmanager")
    before, recordings = document(converged), listing(converged)
    password, directory = tmp_path / "password", tmp_path / "backups"
    password.write_text("correct horse battery staple\n")
    places = {"backup_directory": str(directory), "backup_vault_password_file": str(password)}
    logged: list[str] = []

    def run(name: str, *args: str, **options: Any) -> Run:
        converged.calls.clear()
        done = quick_playbook(f"playbooks/runbooks/{name}.yml", *args, "--diff", "-vvv", extra_vars=options)
        logged.append(done.stdout + done.stderr)
        return done

    backup = run("backup", **places, runbook_file=str(tmp_path / "facts.json"))
    assert (backup.rc, backup.changed, converged.mutating()) == (0, 2, []), backup
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert facts["contents"]["recordings"] == stored and facts["contents"]["alarms"] > 5
    path = Path(facts["path"])
    sections = {file.stem: json.loads(file.read_bytes()) for file in path.glob("*.json")}
    families = {f"{NAME}-signalling", f"{NAME}-bridge", f"{NAME}-recorder"}
    assert set(sections["task_definitions"]) == families
    for section in ("services", "dashboards", "metric_filters", "scaling", "security_groups", "dns", "distribution"):
        assert sections[section], section
    assert sections["variables"]["jitsi_domain"] == "meet.example.com"
    everything = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()).decode()
    assert not [value for value in values(before) if value in everything]

    # Destroyed: other passwords, a deleted recording, another limit.
    destroyed = dict.fromkeys(before, "0" * 32)
    sm.put_secret_value(SecretId=SECRET, SecretString=json.dumps(destroyed), VersionStages=["AWSCURRENT"])
    for key in recordings:
        s3.delete_object(Bucket=BUCKET, Key=key)
    options = {
        "restore_directory": str(directory),
        "restore_vault_password_file": str(password),
        "restore_parts": "variables,secret,recordings",
        "restore_file": str(tmp_path / "host_vars" / "restored.yml"),
        "jitsi_bridge_max": 7,
    }
    planned = run("restore", "--check", **options)
    assert (planned.rc, converged.mutating(), (tmp_path / "host_vars").exists()) == (0, [], False), planned
    assert "is undamaged" in planned.said and "would be as in the backup again" in planned.said
    restored = run("restore", **options)
    assert restored.rc == 0, restored
    now = document(converged)
    assert {**now, "_rotated": 0} == {**before, "_rotated": 0}
    assert listing(converged) == recordings
    assert yaml.safe_load((tmp_path / "host_vars" / "restored.yml").read_text()) == {"jitsi_bridge_max": 3}
    assert not [value for value in values(before) if value in "".join(logged)]
