# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""playbooks/policies.yml: the documents of docs/policies/people, for the names of an inventory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from support.playbooks import Run
from support.server import ROOT, AwsServer, load_script

policies = load_script(ROOT / "tools" / "policies.py")
NAMES = {
    "jitsi_name": "jitsi-video-platform-staging",
    "jitsi_domain": "meet.staging.example.com",
    "jitsi_aws_region": "eu-central-1",
    "policies_account": "111122223333",
}
Playbook = Callable[..., Run]


def test_the_documents_have_the_names_of_the_inventory(
    aws: AwsServer, quick_playbook: Playbook, tmp_path: Path
) -> None:
    run = quick_playbook("playbooks/policies.yml", extra_vars={**NAMES, "policies_directory": str(tmp_path)})
    assert run.rc == 0, run
    assert aws.calls == []
    files = {file.name.removeprefix(f"{NAMES['jitsi_name']}-"): file.read_text() for file in tmp_path.iterdir()}
    assert set(files) == {file.name for file in (policies.FOLDER / "people").glob("*.json")}
    names = {
        "name": NAMES["jitsi_name"],
        "account": NAMES["policies_account"],
        "region": NAMES["jitsi_aws_region"],
        "partition": "aws",
        "domain": NAMES["jitsi_domain"],
        "bucket": "jitsi-meet-staging-example-com-recordings",
    }
    allowed = {statement["Sid"]: statement for area in policies.catalogue(names).values() for statement in area}
    for text in files.values():
        for statement in json.loads(text)["Statement"]:
            whole = allowed[statement["Sid"]]
            assert set(policies.iam.listed(statement["Resource"])) <= set(policies.iam.listed(whole["Resource"]))
            assert statement.get("Condition") == whole.get("Condition")


def test_the_account_must_be_given(quick_playbook: Playbook, tmp_path: Path) -> None:
    run = quick_playbook("playbooks/policies.yml", extra_vars={"policies_directory": str(tmp_path / "x")})
    assert run.rc != 0
    assert "policies_account: is not given; use the 12 digits of the AWS account" in run.said
    assert not (tmp_path / "x").exists()
