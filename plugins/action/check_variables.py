# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks the facts of a deployment in this process: no other process, no call to AWS."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ..module_utils import variables


class ActionModule(ActionBase):
    """See plugins/modules/check_variables.py."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Fail with one message that has a line a problem."""
        result = super().run(tmp, task_vars)
        self.validate_argument_spec({})
        task_vars = task_vars or {}
        raw = {name: value for name, value in task_vars.items() if name.startswith("jitsi_")}
        rendered, errors = {}, {}
        for name in variables.VARIABLES.keys() & raw.keys():
            try:
                rendered[name] = self._templar.template(raw[name])
            except AnsibleError as error:
                errors[name] = str(error).splitlines()[0]
        result["changed"] = False
        if warnings := variables.older_names(task_vars):
            result["warnings"] = warnings
        if problems := variables.problems(raw, rendered, errors):
            result["failed"] = True
            result["msg"] = "\n".join(["Correct these variables and run again:", *problems])
        return result
