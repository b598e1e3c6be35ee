# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The frame of every module: one client maker, one error handler, one exit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..changes import Change, diff
from ..errors import InvalidInput

try:
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

# Throttling and lost connections are retried by botocore itself, with backoff (about a minute in all).
RETRIES = {"retries": {"mode": "standard", "max_attempts": 8}}


def run(argument_spec: dict[str, Any], reconcile: Callable[[Any], None], **options: Any) -> None:
    """Run a module: ``reconcile(module)`` does the work and ends with ``finish``."""
    module = AnsibleAWSModule(argument_spec=argument_spec, supports_check_mode=True, **options)
    try:
        reconcile(module)
    except InvalidInput as error:
        module.fail_json(msg=str(error))
    except (BotoCoreError, ClientError) as error:
        # The text of a ClientError names the operation that failed and what was missing.
        module.fail_json_aws(error)


def client(module: Any, service: str, **config: Any) -> Any:
    """Make a boto3 client for the module's region, endpoint and credentials, with further settings of botocore."""
    return module.client(service, config={**RETRIES, **config})


def finish(module: Any, changes: list[Change], apply: Callable[[Change], None], **result: Any) -> None:
    """Apply the changes unless in check mode, then exit. ``result`` values may be callables,
    which are called after the changes were applied."""
    if not module.check_mode:
        for change in changes:
            apply(change)
    values = {name: value() if callable(value) else value for name, value in result.items()}
    module.exit_json(
        changed=bool(changes),
        diff=diff(changes),
        changes=[{"resource": change.resource, "action": change.action, "fields": change.fields} for change in changes],
        **values,
    )
