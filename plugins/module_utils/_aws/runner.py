# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The frame of every module: one client maker, one error handler, one exit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..changes import Change, diff, told
from ..errors import InvalidInput
from ..failure import call_name, explain, unanswered
from ..rules import Rule, check_options
from ..shapes import strings

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        HTTPClientError,
        ProxyConnectionError,
    )
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

# No name, path or ARN is longer.
LONGEST_TEXT = 4096
# Throttling and lost connections are retried by botocore itself, with backoff (about a minute in all).
RETRIES = {"retries": {"mode": "standard", "max_attempts": 8}}
# These make one more whenever they are done, and take no token against that. So they are not repeated where the first
# try may have been done: the next run finds what it made.
NEVER_TWICE = frozenset({"CreateInternetGateway", "CreateVpc", "RegisterTaskDefinition"})


def run(
    argument_spec: dict[str, Any],
    reconcile: Callable[[Any], None],
    rules: Mapping[str, Rule] | None = None,
    **options: Any,
) -> None:
    """Run a module: ``reconcile(module)`` does the work and ends with ``finish``. ``rules`` say what options may be."""
    module = AnsibleAWSModule(argument_spec=argument_spec, supports_check_mode=True, **options)
    try:
        _check_texts(argument_spec, module.params)
        if module.params.get("tags"):
            module.params["tags"] = strings(module.params["tags"])
        check_options(rules or {}, module.params)
        reconcile(module)
    except InvalidInput as error:
        module.fail_json(msg=str(error))
    except (BotoCoreError, ClientError) as error:
        module.fail_json_aws(error, msg=_explanation(error, getattr(module, "last_call", "")))


def _check_texts(argument_spec: dict[str, Any], params: dict[str, Any]) -> None:
    """Refuse required texts that are empty, or that cannot be a name of anything."""
    for option, spec in argument_spec.items():
        # What is only planned has no id yet.
        if not spec.get("required") or spec.get("type", "str") not in ("str", "path") or option.endswith("_id"):
            continue
        if not params[option].strip():
            raise InvalidInput(f"{option}: is empty; give it a value")
        if len(params[option]) > LONGEST_TEXT:
            raise InvalidInput(f"{option} {params[option]}: has more than {LONGEST_TEXT} characters; give fewer")
        if params[option] != params[option].strip() or not params[option].isprintable():
            raise InvalidInput(
                f"{option} {params[option]!r}: has blanks at an end, or characters that do not print; leave them out"
            )


def client(module: Any, service: str, region: str | None = None, **config: Any) -> Any:
    """The module's boto3 client of a service: made once for its region (or another), endpoint and credentials, with
    further settings of botocore."""
    kept: dict[Any, Any] = module.__dict__.setdefault("clients", {})
    key = (service, region, *sorted(config.items()))
    if key not in kept:
        kept[key] = _client(module, service, {"region": region} if region else {}, config)
    return kept[key]


def _client(module: Any, service: str, elsewhere: dict[str, str], config: dict[str, Any]) -> Any:
    made = module.client(service, config={**RETRIES, **config}, **elsewhere)

    def remember(model: Any, **others: Any) -> None:
        module.last_call = call_name(model.service_model.signing_name, model.name)

    made.meta.events.register("before-call", remember)
    made.meta.events.register("needs-retry", _forbid_repetition)
    return made


def _forbid_repetition(response: Any, caught_exception: Any, operation: Any, **others: Any) -> None:
    """Raise what went wrong, for botocore would repeat a call that may have been done and that is of NEVER_TWICE."""
    if operation.name not in NEVER_TWICE:
        return
    if caught_exception is not None:
        if not isinstance(caught_exception, (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)):
            raise caught_exception
    elif response[0].status_code in (500, 502, 504):
        raise ClientError(response[1], operation.name)


def _explanation(error: Any, call: str) -> str | None:
    """What the error means and what helps; None if its own text says it."""
    if isinstance(error, HTTPClientError):
        return unanswered(call)
    answer = getattr(error, "response", None) or getattr(error, "last_response", None) or {}
    said, about = answer.get("Error", {}), answer.get("ResponseMetadata", {})
    code, message = str(said.get("Code", "")), str(said.get("Message", ""))
    return explain(call, code, message, about.get("HTTPStatusCode", 0), about.get("RetryAttempts", 0)) or None


def finish(module: Any, changes: list[Change], apply: Callable[[Change], None], **result: Any) -> None:
    """Apply the changes unless in check mode, then exit. ``result`` values may be callables,
    which are called after the changes were applied."""
    if not module.check_mode:
        for change in changes:
            apply(change)
    values = {name: value() if callable(value) else value for name, value in result.items()}
    module.exit_json(changed=bool(changes), diff=diff(changes), changes=told(changes), **values)
