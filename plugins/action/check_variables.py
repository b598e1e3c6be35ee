# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks the facts of a deployment, options and inputs in this process: no other process, no call to AWS."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from ..module_utils.errors import InvalidInput
from ..module_utils.variables import inputs, options, validation
from ..module_utils.variables.facts import VARIABLES


class ActionModule(ActionBase):
    """See plugins/modules/check_variables.py."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Fail with one message that has a line a problem."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self.validate_argument_spec({"playbook": {"type": "str"}, "role": {"type": "str"}})
        task_vars = task_vars or {}
        playbook, role = self._task.args.get("playbook"), self._task.args.get("role")
        result["changed"] = False
        try:
            problems = self._of_role(role, task_vars) if role else self._of_facts(task_vars)
            if playbook:
                names = options.given(playbook, task_vars)
                problems += options.problems(playbook, *self._rendered(names, task_vars))
        except InvalidInput as error:
            raise AnsibleActionFail(str(error)) from None
        if not role and (warnings := validation.older_names(task_vars)):
            result["warnings"] = warnings
        if problems:
            result["failed"] = True
            result["msg"] = "\n".join(["Correct these variables and run again:", *problems])
        return result

    def _of_facts(self, task_vars: dict[str, Any]) -> list[str]:
        raw = {name: value for name, value in task_vars.items() if name.startswith("jitsi_")}
        return validation.problems(raw, *self._rendered(VARIABLES.keys() & raw.keys(), task_vars))

    def _of_role(self, role: str, task_vars: dict[str, Any]) -> list[str]:
        names = [name for name in inputs.inputs(role) if name in task_vars]
        return inputs.problems(role, task_vars, *self._rendered(names, task_vars))

    def _rendered(self, names: Iterable[str], task_vars: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The values of variables, and why the others have none."""
        rendered, errors = {}, {}
        for name in names:
            try:
                rendered[name] = self._templar.template(task_vars[name])
            except AnsibleError as error:
                errors[name] = str(error).splitlines()[0]
        return rendered, errors
