# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The scripts of the role ecs_service, as shellcheck sees them."""

from __future__ import annotations

import subprocess

import pytest
from support.programs import ROLE, need, render


@pytest.mark.parametrize(
    "script", ["coturn.sh.j2", "protect.sh", "recorder.sh", "recorder_user_data.sh.j2", "stats.sh", "upload.sh"]
)
def test_scripts_pass_shellcheck(script, tmp_path):
    need("shellcheck")
    variables = {"ecs_service_name": "x"}
    text = (
        (ROLE / "files" / script).read_text()
        if script.endswith(".sh")
        else render(
            script,
            ecs_service_turn_port=4443,
            ecs_service_turn_host="turn.example.com",
            _ecs_service_names={"cluster": "c"},
            _ecs_service_recorder_storage="/storage",
            _ecs_service_turn_denied_peers=["10.0.0.0-10.255.255.255"],
            **variables,
        )
    )
    done = subprocess.run(["shellcheck", "--shell=bash", "-"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
