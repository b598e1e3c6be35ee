# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lambda functions: their zip, what is valid, and the managed fields of a function.

A function is an item of the option ``functions``. Its code is a dict of path in the zip to content.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .._aws.tags import tag_dict
from ..errors import InvalidInput

LARGEST_ZIP_BYTES = 50 * 1024 * 1024
LARGEST_ENVIRONMENT_BYTES = 4096
# Lambda's developer guide, "Configuring reserved concurrency": so much must stay for functions without a reservation.
LEAST_UNRESERVED = 100
PERMISSION = "permissions."

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PATH = re.compile(r"(?!/)(?!.*(^|/)\.{1,2}(/|$))[A-Za-z0-9_./-]+(?<!/)")
_HANDLER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
# Lambda sets these itself and refuses them.
_RESERVED = re.compile(
    r"AWS_(REGION|DEFAULT_REGION|ACCESS_KEY(_ID)?|SECRET_ACCESS_KEY|SESSION_TOKEN|EXECUTION_ENV|LAMBDA_\w+)"
    r"|LAMBDA_(TASK_ROOT|RUNTIME_DIR)|_HANDLER|_X_AMZN_TRACE_ID"
)
_LOG_GROUP = re.compile(r"[.\-_/#A-Za-z0-9]{0,512}")
_SID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:\S+")

Function = Mapping[str, Any]


def zipped(code: Mapping[str, bytes]) -> bytes:
    """The zip of the code. The same code always makes the same bytes.

    Nothing is compressed, since another release of zlib would compress to other bytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(code):
            entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, code[path])
    return buffer.getvalue()


def read_zip(item: Function) -> bytes:
    """The zip of an item's files. Raises InvalidInput for a file that cannot be read, and for too large a zip."""
    code = {}
    for path, source in item["files"].items():
        try:
            code[path] = Path(source).read_bytes()
        except OSError as error:
            raise InvalidInput(
                f"functions {item['name']}: file {source} cannot be read ({error.strerror}); give a file of "
                "this machine"
            ) from None
    content = zipped(code)
    check_size(item["name"], content)
    return content


def fits(unreserved: int, current: Iterable[int | None], wanted: Iterable[int]) -> bool:
    """Whether Lambda takes the reservations: ``unreserved`` is what the account has left beside the current ones."""
    return unreserved + sum(now or 0 for now in current) - sum(wanted) >= LEAST_UNRESERVED


def sha256(content: bytes) -> str:
    """SHA-256 in Base64, as Lambda shows that of a zip."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def wanted_fields(
    item: Function, code_sha256: str, current: Mapping[str, Any], tags: Mapping[str, str]
) -> dict[str, Any]:
    """Managed fields of one item of the option ``functions``. None stands for a statement that has to go."""
    permissions: dict[str, Any] = {}
    if item["permissions"] is not None:
        permissions = dict.fromkeys(field for field in current if field.startswith(PERMISSION))
        permissions |= {PERMISSION + allowed["sid"]: _permission(allowed) for allowed in item["permissions"]}
    url = {"auth_type": item["url"], "invoke_mode": item["invoke_mode"], "cors": {}}
    return {
        "code_sha256": code_sha256,
        "architecture": item["architecture"],
        "description": item["description"],
        "handler": item["handler"],
        "runtime": item["runtime"],
        "timeout": item["timeout"],
        "memory": item["memory"],
        "role": item["role"],
        "environment": _hashed(environment(item)),
        "logging": {"format": "Text", "group": log_group(item)},
        "layers": [],
        "kms_key": "",
        "url": None if item["url"] == "none" else url,
        "reserved_concurrency": item["reserved_concurrency"],
        **permissions,
        "tags": dict(tags),
    }


def current_fields(found: Mapping[str, Any], url: Mapping[str, Any] | None, policy: str | None) -> dict[str, Any]:
    """Managed fields as GetFunction, GetFunctionUrlConfig and GetPolicy (its JSON text) report them."""
    configuration = found["Configuration"]
    logging = configuration.get("LoggingConfig") or {}
    statements = json.loads(policy)["Statement"] if policy else []
    return {
        "code_sha256": configuration["CodeSha256"],
        "architecture": (configuration.get("Architectures") or ["x86_64"])[0],
        "description": configuration.get("Description", ""),
        "handler": configuration.get("Handler", ""),
        "runtime": configuration.get("Runtime", ""),
        "timeout": configuration["Timeout"],
        "memory": configuration["MemorySize"],
        "role": configuration["Role"],
        "environment": _hashed((configuration.get("Environment") or {}).get("Variables") or {}),
        "logging": {
            "format": logging.get("LogFormat", "Text"),
            "group": logging.get("LogGroup") or f"/aws/lambda/{configuration['FunctionName']}",
        },
        "layers": [layer["Arn"] for layer in configuration.get("Layers") or ()],
        "kms_key": configuration.get("KMSKeyArn") or "",
        "url": None
        if url is None
        else {
            "auth_type": url["AuthType"],
            "invoke_mode": url.get("InvokeMode", "BUFFERED"),
            "cors": {name: value for name, value in (url.get("Cors") or {}).items() if value},
        },
        "reserved_concurrency": (found.get("Concurrency") or {}).get("ReservedConcurrentExecutions"),
        **{PERMISSION + statement["Sid"]: _granted(statement) for statement in statements},
        "tags": tag_dict(found.get("Tags")),
    }


def configuration(item: Function) -> dict[str, Any]:
    """What CreateFunction and UpdateFunctionConfiguration take alike."""
    return {
        "Description": item["description"],
        "Handler": item["handler"],
        "Runtime": item["runtime"],
        "Timeout": item["timeout"],
        "MemorySize": item["memory"],
        "Role": item["role"],
        "Environment": {"Variables": environment(item)},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": log_group(item)},
        "Layers": [],
        "KMSKeyArn": "",
    }


def statement(allowed: Mapping[str, Any]) -> dict[str, Any]:
    """What AddPermission takes for an item of ``permissions``."""
    taken = {
        "StatementId": allowed["sid"],
        "Action": allowed["action"],
        "Principal": allowed["principal"],
        "SourceArn": allowed["source_arn"],
        "SourceAccount": allowed["source_account"],
        "FunctionUrlAuthType": allowed["function_url_auth_type"],
        "InvokedViaFunctionUrl": allowed["invoked_via_function_url"],
    }
    return {name: value for name, value in taken.items() if value}


def environment(item: Function) -> dict[str, str]:
    """Environment of the function: values are strings."""
    return {str(name): str(value) for name, value in item["environment"].items()}


def log_group(item: Function) -> str:
    """Log group that the function writes to."""
    return str(item["log_group"] or f"/aws/lambda/{item['name']}")


def problems(item: Function) -> Iterator[str]:
    """What Lambda would refuse, or accept and never run, each as "<what is wrong>; <fix>"."""
    if not _NAME.fullmatch(item["name"]):
        yield "is no name of a function; use up to 64 letters, digits, - and _"
    if not _ROLE.fullmatch(item["role"]):
        yield f"role {item['role']!r} is no ARN of a role; use arn:aws:iam::<account>:role/<name>"
    if len(item["description"]) > 256:
        yield f"description has {len(item['description'])} characters; use at most 256"
    for option, unit, low, high in (("timeout", "s", 1, 900), ("memory", "MB", 128, 10240)):
        if not low <= item[option] <= high:
            yield f"{option} {item[option]} {unit} is out of range; use {low} to {high}"
    if (item["reserved_concurrency"] or 0) < 0:
        yield f"reserved_concurrency {item['reserved_concurrency']} is negative; use 0 to stop the function"
    if not _LOG_GROUP.fullmatch(item["log_group"]):
        yield f"log_group {item['log_group']!r} is no name of a log group; use letters, digits and . - _ / #"
    yield from _file_problems(item["files"], item["handler"])
    yield from _environment_problems(item["environment"])
    yield from _permission_problems(item["permissions"] or [])


def check_size(name: str, content: bytes) -> None:
    """Raise InvalidInput if the zip is larger than what Lambda takes in a call."""
    if len(content) > LARGEST_ZIP_BYTES:
        raise InvalidInput(
            f"functions {name}: the zip of files has {len(content)} bytes; Lambda takes {LARGEST_ZIP_BYTES}; "
            "remove some"
        )


def _file_problems(files: Mapping[str, Any], handler: str) -> Iterator[str]:
    for path in files:
        if not _PATH.fullmatch(path):
            yield f"files {path!r} is no path in a zip; use a relative one without .., such as package/module.py"
    if not _HANDLER.fullmatch(handler) or len(handler) > 128:
        yield f"handler {handler!r} is not module.function; write for example package.module.handle"
        return
    module = handler.rpartition(".")[0].replace(".", "/")
    if not {f"{module}.py", f"{module}/__init__.py"} & set(files):
        yield f"handler {handler} needs {module}.py; add it to files"


def _environment_problems(variables: Mapping[str, Any]) -> Iterator[str]:
    for name, value in variables.items():
        if not _VARIABLE.fullmatch(name):
            yield f"environment {name!r} is no name; use letters, digits and _, beginning with a letter"
        elif _RESERVED.fullmatch(name):
            yield f"environment {name} is set by Lambda itself; choose another name"
        elif not isinstance(value, (str, int, float)) or isinstance(value, bool):
            yield f"environment {name} is of type {type(value).__name__}; write it as a string"
    size = len(json.dumps(variables).encode())
    if size > LARGEST_ENVIRONMENT_BYTES:
        yield f"environment has {size} bytes; Lambda takes {LARGEST_ENVIRONMENT_BYTES}"


def _permission_problems(permissions: list[Mapping[str, Any]]) -> Iterator[str]:
    names = [allowed["sid"] for allowed in permissions]
    for allowed in permissions:
        where = f"permission {allowed['sid']}"
        if not _SID.fullmatch(allowed["sid"]):
            yield f"permission {allowed['sid']!r} is no name of a statement; use letters, digits, - and _"
        elif names.count(allowed["sid"]) > 1:
            yield f"{where} is there twice; give each its own sid"
        if not _SERVICE.fullmatch(allowed["principal"]):
            yield f"{where}: principal {allowed['principal']} is no service; use a name such as events.amazonaws.com"
        source, account = allowed["source_arn"], allowed["source_account"]
        if not source and not account:
            yield f"{where} would let every account's {allowed['principal']} call; add source_arn or source_account"
        if source and not _ARN.fullmatch(source):
            yield f"{where}: source_arn {source!r} is no ARN; use arn:aws:<service>:<region>:<account>:<resource>"
        if account and not re.fullmatch(r"\d{12}", account, re.ASCII):
            yield f"{where}: source_account {account!r} is no account; use its 12 digits"
        yield from _url_permission_problems(where, allowed)


def _url_permission_problems(where: str, allowed: Mapping[str, Any]) -> Iterator[str]:
    through_url = allowed["action"] == "lambda:InvokeFunctionUrl"
    if through_url != bool(allowed["function_url_auth_type"]):
        yield f"{where}: function_url_auth_type belongs to lambda:InvokeFunctionUrl; give both or neither"
    if through_url and allowed["invoked_via_function_url"]:
        yield f"{where}: invoked_via_function_url belongs to lambda:InvokeFunction; use it in a statement of its own"


def _permission(allowed: Mapping[str, Any]) -> dict[str, Any]:
    """A wanted statement in the form of ``_granted``."""
    conditions = {
        "aws:sourcearn": allowed["source_arn"],
        "aws:sourceaccount": allowed["source_account"],
        "lambda:functionurlauthtype": allowed["function_url_auth_type"],
        "lambda:invokedviafunctionurl": "true" if allowed["invoked_via_function_url"] else None,
    }
    return {
        "effect": "Allow",
        "principal": allowed["principal"],
        "action": allowed["action"],
        "conditions": {key: value for key, value in conditions.items() if value},
    }


def _granted(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement of a function's policy. Lambda chooses the operators of the conditions and the case of their keys."""
    principal = statement["Principal"]
    if isinstance(principal, Mapping) and len(principal) == 1:
        (principal,) = principal.values()
    conditions = {
        key.lower(): value.lower() if value in ("True", "False") else value
        for keys in (statement.get("Condition") or {}).values()
        for key, value in keys.items()
    }
    return {
        "effect": statement["Effect"],
        "principal": principal,
        "action": statement["Action"],
        "conditions": conditions,
    }


def _hashed(variables: Mapping[str, str]) -> dict[str, str]:
    """What results and diffs show of an environment."""
    return {name: "sha256:" + hashlib.sha256(value.encode()).hexdigest()[:16] for name, value in variables.items()}
