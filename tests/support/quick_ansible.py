# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``ansible-playbook`` whose AWS modules run in the process that ansible forks for a task, not in one more.

The playbooks, roles, templates and modules are the same; only the packing of a module and the start of another Python,
which are most of a task's time, are left out. Run it as a script, with ansible-playbook's arguments; without any it
loads what runs need, and each run is a fork (support/forks.py). In its environment, QUICK_ANSIBLE_WAITS=no lets modules
not wait between the tries of a call, and QUICK_ANSIBLE_TASKS names a file to which each task's module and arguments are
written, one JSON list a line.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import botocore.session
from ansible.cli.playbook import PlaybookCLI
from ansible.parsing.vault import VaultSecretsContext
from ansible.plugins import action
from ansible.plugins.action import ActionBase
from ansible.utils.context_objects import GlobalCLIArgs
from ansible.utils.vars import load_options_vars

from support import forks
from support.modules import execute

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ("meetops.jitsi", "amazon.aws", "community.aws")
# What a fork finds loaded it need not load again.
SERVICES = (
    *("acm", "application-autoscaling", "autoscaling", "cloudfront", "cloudwatch", "dynamodb", "ec2", "ecs", "efs"),
    *("events", "iam", "lambda", "logs", "route53", "s3", "secretsmanager", "servicediscovery", "sns", "sts"),
)

_execute_in_a_process = ActionBase._execute_module


def _execute_module(
    self: ActionBase,
    module_name: str | None = None,
    module_args: dict[str, Any] | None = None,
    tmp: str | None = None,
    task_vars: dict[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    name = module_name or self._task.action
    found = self._shared_loader_obj.module_loader.find_plugin_with_context(name, collection_list=self._task.collections)
    if found.plugin_resolved_collection not in COLLECTIONS or self._task.async_val:
        return _execute_in_a_process(self, module_name, module_args, tmp, task_vars, **options)
    arguments = self._task.args if module_args is None else module_args
    self._update_module_args(name, arguments, task_vars or {})
    environment: dict[str, str] = {}
    self._compute_environment_string(environment)
    module = importlib.import_module(found.plugin_resolved_name)
    with contextlib.ExitStack() as changed:
        changed.enter_context(mock.patch.dict(os.environ, {key: str(value) for key, value in environment.items()}))
        if os.environ.get("QUICK_ANSIBLE_WAITS") == "no":
            changed.enter_context(mock.patch("time.sleep"))
        if "QUICK_ANSIBLE_TASKS" in os.environ:
            with open(os.environ["QUICK_ANSIBLE_TASKS"], "a", encoding="utf-8") as tasks:
                tasks.write(json.dumps([found.plugin_resolved_name, arguments], default=str) + "\n")
        output = execute(module, arguments)
    result = self._parse_returned_data({"rc": 0, "stdout": output, "stderr": ""}, "legacy")
    # Before ansible-core 2.21 it was a plain dict.
    if isinstance(result, dict):
        action.remove_internal_keys(result)
        return result
    result.remove_internal_keys()
    return result.as_result_dict(for_round_trip=True)


class QuickPlaybookCLI(PlaybookCLI):
    """ansible-playbook, which loads what its forks will need."""

    def _play_prereqs(self) -> Any:
        ActionBase._execute_module = _execute_module
        loader = botocore.session.create_loader(None)
        for service in SERVICES:
            loader.load_service_model(service, "service-2")
            loader.load_service_model(service, "endpoint-rule-set-1")
        # Ansible finds collections by now.
        importlib.import_module("ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner")
        return super()._play_prereqs()


def main(arguments: list[str]) -> None:
    """Run ansible-playbook with these arguments, the program's name first."""
    QuickPlaybookCLI.cli_executor(arguments)


def preload() -> None:
    """Load what nearly every run needs: plugins, roles, and the modules of the collection."""
    with contextlib.redirect_stdout(io.StringIO()):
        QuickPlaybookCLI(["ansible-playbook", str(ROOT / "playbooks" / "site.yml"), "--list-tasks"]).run()
    # Ansible allows each of them once a process, and keeps the variables of options, such as ansible_check_mode.
    GlobalCLIArgs._Singleton__instance = None
    VaultSecretsContext._current = None
    load_options_vars.options_vars = None
    for path in sorted((ROOT / "plugins" / "modules").glob("*.py")):
        importlib.import_module(f"ansible_collections.meetops.jitsi.plugins.modules.{path.stem}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(["ansible-playbook", *sys.argv[1:]])
    else:
        preload()
        forks.serve(main)
