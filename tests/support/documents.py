# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documents that the role ecs_service sends to AWS, rendered by Ansible from the defaults, without any AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from .playbooks import run_playbook
from .server import ROOT

ROLE = ROOT / "roles" / "ecs_service"
DOCUMENTS = {
    "task_definitions": "_ecs_service_tasks",
    "services": "_ecs_service_services",
    "roles": "_ecs_service_roles",
    "providers": "_ecs_service_recorder_providers",
}
ACCOUNT = "123456789012"
PLATFORM = {
    "account_id": ACCOUNT,
    "partition": "aws",
    "secret_arn": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:jitsi-video-platform-jitsi-secrets-AbCdEf",
    "file_system_id": "fs-0123456789abcdef0",
    "access_point_id": "fsap-0123456789abcdef0",
    "discovery_service_arn": f"arn:aws:servicediscovery:us-east-1:{ACCOUNT}:service/srv-0123456789abcdef",
    "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "security_group_ids": {
        "signalling": "sg-0123456789abcdef0",
        "bridge": "sg-0123456789abcdef1",
        "recorder": "sg-0123456789abcdef2",
    },
}
NAME = "jitsi-video-platform"


def render(folder: Path, **facts: Any) -> dict[str, Any]:
    """Render the documents for a platform with these ``jitsi_*`` facts; returns them by the keys of ``DOCUMENTS``."""
    output = folder / "documents.json"
    families = [f"{NAME}-{kind}" for kind in ("signalling", "bridge", "recorder")]
    variables = {
        "jitsi_domain": "meet.example.com",
        "jitsi_hosted_zone": "example.com",
        "jitsi_alert_email": "ops@example.com",
        "_ecs_service_info": {"platform": PLATFORM},
        "_ecs_service_pool": {
            "arn": f"arn:aws:autoscaling:us-east-1:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/{NAME}-recorder"
        },
        "_ecs_service_registered": {
            "task_definitions": {
                family: {"arn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/{family}:1"} for family in families
            }
        },
        **facts,
    }
    content = "{{ {" + ", ".join(f"'{key}': {name}" for key, name in DOCUMENTS.items()) + "} | to_json }}"
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars_files": [
            str(path)
            for path in (
                ROOT / "roles" / "jitsi" / "defaults" / "main.yml",
                ROLE / "defaults" / "main.yml",
                *sorted((ROLE / "vars" / "main").iterdir()),
            )
        ],
        "tasks": [{"name": "Write", "ansible.builtin.copy": {"content": content, "dest": str(output), "mode": "0600"}}],
    }
    # Lookups search beside the playbook for what the role has beside its tasks.
    for kind in ("files", "templates"):
        (folder / kind).symlink_to(ROLE / kind)
    (folder / "play.yml").write_text(yaml.safe_dump([play]))
    run = run_playbook([str(folder / "play.yml")], folder, inventory="localhost,", extra_vars=variables, quick=True)
    assert run.rc == 0, run
    documents = json.loads(output.read_text())
    assert isinstance(documents, dict)
    return documents
