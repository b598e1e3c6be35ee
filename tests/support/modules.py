# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs a module of the collection in this process, with the arguments that ansible would send."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import os
from types import ModuleType
from typing import Any
from unittest import mock

import botocore.session
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args

from .server import CREDENTIALS, REGION

# Every module makes sessions of its own, each of which would read the models of AWS's services from disk again.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)


def execute(module: ModuleType, arguments: dict[str, Any]) -> str:
    """Run a module's ``main`` with these arguments, and return what it printed."""
    # Kept for the whole process: another module's are none of this one's.
    warnings._global_warnings.clear()
    output = io.StringIO()
    # A module is no controller, even where the controller's code is in this process too.
    with (
        mock.patch("ansible.module_utils._internal.is_controller", False),
        patch_module_args(arguments),
        contextlib.redirect_stdout(output),
        contextlib.suppress(SystemExit),
    ):
        module.main()
    return output.getvalue()


def run_module(name: str, url: str, params: dict[str, Any], check: bool = False, diff: bool = True) -> dict[str, Any]:
    """Run ``meetops.jitsi.<name>`` and return its result; a failure is a result with ``failed: true``."""
    module = importlib.import_module(f"ansible_collections.meetops.jitsi.plugins.modules.{name}")
    # A module that does not use AWS has no region: None leaves an option out.
    options = {"region": REGION, "endpoint_url": url, **params}
    arguments = {
        **{name: value for name, value in options.items() if value is not None},
        "_ansible_check_mode": check,
        "_ansible_diff": diff,
        "_ansible_remote_tmp": "/tmp",
    }
    # Not as options: these would be masked wherever their text appears in the result.
    with mock.patch.dict(os.environ, CREDENTIALS):
        result = json.loads(execute(module, arguments).strip().splitlines()[-1])
    assert isinstance(result, dict)
    return result
