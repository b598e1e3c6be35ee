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
from typing import Any
from unittest import mock

import botocore.session
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args

from .server import CREDENTIALS, REGION

# Every module makes sessions of its own, each of which would read the models of AWS's services from disk again.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)


def run_module(name: str, url: str, params: dict[str, Any], check: bool = False, diff: bool = True) -> dict[str, Any]:
    """Run ``meetops.jitsi.<name>`` and return its result; a failure is a result with ``failed: true``."""
    module = importlib.import_module(f"ansible_collections.meetops.jitsi.plugins.modules.{name}")
    arguments = {
        "region": REGION,
        "endpoint_url": url,
        "_ansible_check_mode": check,
        "_ansible_diff": diff,
        "_ansible_remote_tmp": "/tmp",
        **params,
    }
    # Kept for the whole process: another module's are none of this one's.
    warnings._global_warnings.clear()
    output = io.StringIO()
    # A module is no controller, even where another test has imported the controller's code into this process.
    with (
        mock.patch("ansible.module_utils._internal.is_controller", False),
        patch_module_args(arguments),
        # Not as options: these would be masked wherever their text appears in the result.
        mock.patch.dict(os.environ, CREDENTIALS),
        contextlib.redirect_stdout(output),
        contextlib.suppress(SystemExit),
    ):
        module.main()
    result = json.loads(output.getvalue().strip().splitlines()[-1])
    assert isinstance(result, dict)
    return result
