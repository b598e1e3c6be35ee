#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: functions
version_added: 0.2.0
short_description: Manage a set of Lambda functions with their code, URL and permissions
description:
  - Keeps Python functions whose code are files of the controller. The files are zipped here, always to the same bytes,
    so that the same code is recognised by its SHA-256 on every machine.
  - Keeps the configuration, the function URL, the resource policy, the reserved concurrency and the tags of each
    function. Layers, an own key for the environment and CORS settings are taken away.
author: [meetops.jitsi contributors (@meetops)]
options:
  functions:
    description: The functions. One that is not listed is left alone.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the function, 64 characters at most.
        type: str
        required: true
      state:
        description: V(absent) deletes the function with its URL and permissions. Its log group stays.
        type: str
        choices: [present, absent]
        default: present
        version_added: 0.5.0
      description:
        description: What the function is for, 256 characters at most.
        type: str
        default: ""
      files:
        description:
          - "The code: files of the controller by their paths in the zip, such as C(wake/handler.py)."
          - A package needs its C(__init__.py) as a file too. The runtime brings boto3.
          - Required with O(functions[].state=present).
        type: dict
      handler:
        description:
          - Module and function to call, such as V(wake.handler.handle). The module must be among the files.
          - Required with O(functions[].state=present).
        type: str
      runtime:
        description: Runtime of the function.
        type: str
        choices: [python3.11, python3.12, python3.13, python3.14]
        default: python3.13
      architecture:
        description: Processor of the function. V(arm64) costs a fifth less.
        type: str
        choices: [arm64, x86_64]
        default: arm64
      timeout:
        description: Longest run in seconds, 1 to 900.
        type: int
        default: 30
      memory:
        description: Memory in MB, 128 to 10240. Processor time goes with it.
        type: int
        default: 128
      role:
        description:
          - ARN of the IAM role that the function takes. It may have been created a moment ago.
          - Required with O(functions[].state=present).
        type: str
      environment:
        description:
          - Environment of the function, 4 KB at most. Not for secrets. Whoever may read the function can read it.
          - Results and diffs show a hash of each value.
        type: dict
        default: {}
      log_group:
        description:
          - Log group that the function writes to, as plain lines. It need not exist yet.
          - Empty means C(/aws/lambda/<name>), which Lambda creates by itself where the role allows it.
        type: str
        default: ""
      url:
        description: Whether the function has a URL, which only callers that IAM allows may use.
        type: str
        choices: [none, AWS_IAM]
        default: none
      invoke_mode:
        description: Whether the URL sends an answer at once or as it grows.
        type: str
        choices: [BUFFERED, RESPONSE_STREAM]
        default: BUFFERED
      permissions:
        description:
          - Who may call the function, one statement each. Statements that are not listed are removed.
          - If it is not given, the statements stay as they are. So a function can be made before what calls it.
        type: list
        elements: dict
        suboptions:
          sid:
            description: Name of the statement.
            type: str
            required: true
          principal:
            description: The AWS service that calls, such as V(events.amazonaws.com).
            type: str
            required: true
          action:
            description:
              - What it may do. A function URL needs a statement with V(lambda:InvokeFunctionUrl) and one with
                V(lambda:InvokeFunction).
            type: str
            choices: ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]
            default: lambda:InvokeFunction
          source_arn:
            description: ARN of the resource that the service calls for. V(*) and V(?) match as in IAM.
            type: str
          source_account:
            description: Account of that resource. This or O(functions[].permissions[].source_arn) is needed.
            type: str
          function_url_auth_type:
            description: The statement holds for calls to a URL of this kind only.
            type: str
            choices: [AWS_IAM]
          invoked_via_function_url:
            description: Whether the statement holds for calls through the function URL only.
            type: bool
            default: false
      reserved_concurrency:
        description:
          - Most runs at the same time, kept free for this function. 0 stops it. No limit if it is not given.
          - AWS refuses it where fewer than 100 would be left for all other functions of the account. A new account may
            run only 10 at the same time.
        type: int
      reserve_if_possible:
        description:
          - Whether to do without O(functions[].reserved_concurrency) where AWS would refuse it, with a warning. The
            functions that say so get all of it or none.
        type: bool
        default: false
        version_added: 0.5.0
  tags:
    description: Tags of every function.
    type: dict
    default: {}
notes:
  - C(amazon.aws.lambda) (release 11.4) knows neither function URLs nor the log group nor reserved concurrency, and
    C(amazon.aws.lambda_policy) none of the conditions that a URL's statements need. In check mode on an empty account,
    C(amazon.aws.lambda_policy) reports no change, and it leaves statements that no task names.
  - A run that changes nothing makes three calls a function. A run that was killed is finished by the next.
  - Where O(functions[].reserve_if_possible) matters, a run makes one call more.
  - Lambda cannot change a statement, so one that differs is removed and added. Calls in between are refused.
  - "Permissions: lambda:GetFunction, GetFunctionUrlConfig, GetPolicy, ListTags, CreateFunction, UpdateFunctionCode,
    UpdateFunctionConfiguration, DeleteFunction, CreateFunctionUrlConfig, UpdateFunctionUrlConfig,
    DeleteFunctionUrlConfig, AddPermission, RemovePermission, PutFunctionConcurrency, DeleteFunctionConcurrency,
    TagResource and UntagResource on the functions, iam:PassRole on their roles, and lambda:GetAccountSettings."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The function that wakes the platform
  meetops.jitsi.functions:
    functions:
      - name: jitsi-video-platform-wake
        description: Serves the wake page and wakes the platform
        files:
          wake/__init__.py: "{{ role_path }}/files/wake/__init__.py"
          wake/handler.py: "{{ role_path }}/files/wake/handler.py"
        handler: wake.handler.handle
        role: arn:aws:iam::123456789012:role/jitsi-video-platform-wake-function
        environment: { PLATFORM: jitsi-video-platform }
        log_group: /ecs/jitsi-video-platform
        url: AWS_IAM
        permissions:
          - sid: cloudfront-url
            principal: cloudfront.amazonaws.com
            action: lambda:InvokeFunctionUrl
            source_arn: arn:aws:cloudfront::123456789012:distribution/E1ABCDEFGHIJKL
            function_url_auth_type: AWS_IAM
          - sid: cloudfront-invoke
            principal: cloudfront.amazonaws.com
            source_arn: arn:aws:cloudfront::123456789012:distribution/E1ABCDEFGHIJKL
            invoked_via_function_url: true
    tags: { Environment: prod }

- name: The function is gone
  meetops.jitsi.functions:
    functions:
      - name: jitsi-video-platform-wake
        state: absent
"""

RETURN = r"""
functions:
  description: The functions by name.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the function. In check mode, of one that is not there yet, the ARN that it will have.
      type: str
    url:
      description: Its URL, empty if it has none, as in check mode before it is created.
      type: str
      sample: https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws/
    code_sha256:
      description: SHA-256 of the zip, in Base64 as Lambda shows it.
      type: str
changes:
  description: What changed, or would in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: function jitsi-video-platform-wake, action: update, fields: [code_sha256, timeout]}]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import lambda_, sts
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, State, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import refuse_items
from ansible_collections.meetops.jitsi.plugins.module_utils.functions import functions
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state

PREFIX = "function "
CODE = {"code_sha256", "architecture"}
CONFIGURATION = {
    *("description", "handler", "runtime", "timeout", "memory", "role", "environment", "logging", "layers", "kms_key")
}
ACTIONS = ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]
RUNTIMES = ["python3.11", "python3.12", "python3.13", "python3.14"]
PERMISSION: dict[str, Any] = {
    "sid": {"type": "str", "required": True},
    "principal": {"type": "str", "required": True},
    "action": {"type": "str", "choices": ACTIONS, "default": ACTIONS[0]},
    "source_arn": {"type": "str"},
    "source_account": {"type": "str"},
    "function_url_auth_type": {"type": "str", "choices": ["AWS_IAM"]},
    "invoked_via_function_url": {"type": "bool", "default": False},
}
FUNCTION: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "description": {"type": "str", "default": ""},
    "files": {"type": "dict"},
    "handler": {"type": "str"},
    "runtime": {"type": "str", "choices": RUNTIMES, "default": "python3.13"},
    "architecture": {"type": "str", "choices": ["arm64", "x86_64"], "default": "arm64"},
    "timeout": {"type": "int", "default": 30},
    "memory": {"type": "int", "default": 128},
    "role": {"type": "str"},
    "environment": {"type": "dict", "default": {}},
    "log_group": {"type": "str", "default": ""},
    "url": {"type": "str", "choices": ["none", "AWS_IAM"], "default": "none"},
    "invoke_mode": {"type": "str", "choices": ["BUFFERED", "RESPONSE_STREAM"], "default": "BUFFERED"},
    "permissions": {"type": "list", "elements": "dict", "options": PERMISSION},
    "reserved_concurrency": {"type": "int"},
    "reserve_if_possible": {"type": "bool", "default": False},
}


class Functions:
    """The functions to keep, with their zips: how they are, how they shall be, and how to change one."""

    def __init__(self, module: Any, kept: Mapping[str, functions.Function], zips: Mapping[str, bytes]) -> None:
        self.module, self.client, self.tags = module, client(module, "lambda"), module.params["tags"]
        self.kept, self.zips = kept, zips
        self.found: dict[str, lambda_.Found] = {}
        self.arns: dict[str, str] = {}
        self.urls: dict[str, str] = {}

    def read(self, names: Iterable[str]) -> State:
        """Those of the named functions that are there."""
        state: dict[str, Fields] = {}
        for name in names:
            found = lambda_.get(self.client, name)
            if found is None:
                continue
            url = lambda_.get_url(self.client, name)
            self.found[name] = found
            # Its $LATEST has the function's own ARN.
            self.arns[name] = found["Configuration"]["FunctionArn"].removesuffix(":$LATEST")
            self.urls[name] = url["FunctionUrl"] if url else ""
            state[PREFIX + name] = functions.current_fields(found, url, lambda_.get_policy(self.client, name))
        return state

    def wanted(self, current: State) -> State:
        """The functions to keep. What is not managed stays as it is in ``current``."""
        wanted = {
            PREFIX + name: functions.wanted_fields(
                item, functions.sha256(self.zips[name]), current.get(PREFIX + name, {}), self.tags
            )
            for name, item in self.kept.items()
        }
        return {**wanted, **self.reserved(current, wanted)}

    def reserved(self, current: State, wanted: State) -> State:
        """Those of ``wanted`` that do without a reservation, as the account has no room for all of them."""
        asking = {
            PREFIX + name: wanted[PREFIX + name]
            for name, item in self.kept.items()
            if item["reserve_if_possible"] and item["reserved_concurrency"] is not None
        }
        now = {name: current.get(name, {}).get("reserved_concurrency") for name in asking}
        most = {name: fields["reserved_concurrency"] for name, fields in asking.items()}
        if now == most or functions.fits(lambda_.unreserved(self.client), now.values(), most.values()):
            return {}
        self.module.warn(
            f"The account has no room to reserve {sum(most.values())} concurrent runs for {', '.join(self.kept)}: "
            f"Lambda wants {functions.LEAST_UNRESERVED} left for other functions. They run without; ask AWS for a "
            "higher quota (Lambda, concurrent executions), then run this again."
        )
        return {name: {**fields, "reserved_concurrency": None} for name, fields in asking.items()}

    def apply(self, change: Change) -> None:
        """Make one change."""
        name = change.resource.removeprefix(PREFIX)
        if change.after is None:
            lambda_.delete(self.client, name)
        elif change.before is None:
            self.create(name)
            # What CreateFunction does not take is still to do.
            rest = set(change.fields) - CODE - CONFIGURATION - {"tags"}
            self.update(name, {field for field in rest if change.after[field] is not None}, {}, change.after)
        else:
            lambda_.settle(self.client, self.found[name])
            self.update(name, set(change.fields), change.before, change.after)

    def create(self, name: str) -> None:
        """Make a function that nobody may call yet."""
        item = self.kept[name]
        self.arns[name] = lambda_.create(
            self.client, name, self.zips[name], item["architecture"], functions.configuration(item), self.tags
        )

    def update(self, name: str, changed: set[str], before: Fields, after: Fields) -> None:
        """Put back the fields that differ."""
        item = self.kept[name]
        if changed & CODE:
            lambda_.update_code(self.client, name, self.zips[name], item["architecture"])
        if changed & CONFIGURATION:
            lambda_.update_configuration(self.client, name, functions.configuration(item))
        if "reserved_concurrency" in changed:
            lambda_.set_concurrency(self.client, name, after["reserved_concurrency"])
        for field in sorted(field for field in changed if field.startswith(functions.PERMISSION)):
            self.set_permission(name, field, before.get(field))
        if "url" in changed:
            self.set_url(name, before.get("url"), after["url"])
        if "tags" in changed:
            lambda_.tag(self.client, self.arns[name], before["tags"], after["tags"])

    def set_permission(self, name: str, field: str, before: Any) -> None:
        """Make, replace or remove a statement. Lambda cannot change one."""
        sid = field.removeprefix(functions.PERMISSION)
        if before is not None:
            lambda_.remove_permission(self.client, name, sid)
        for allowed in self.kept[name]["permissions"]:
            if allowed["sid"] == sid:
                lambda_.add_permission(self.client, name, functions.statement(allowed))

    def set_url(self, name: str, before: Any, after: Any) -> None:
        """Make, change or remove the URL."""
        if after is None:
            lambda_.delete_url(self.client, name)
            self.urls[name] = ""
        elif before is None:
            self.urls[name] = lambda_.create_url(self.client, name, after["auth_type"], after["invoke_mode"])
        else:
            lambda_.update_url(self.client, name, after["auth_type"], after["invoke_mode"])

    def result(self, module: Any) -> dict[str, dict[str, str]]:
        """What the caller needs. Names make the ARNs, so that those of new functions are known in check mode too."""
        known = all(name in self.arns for name in self.kept)
        account = "" if known else sts.account_id(client(module, "sts"))
        meta = self.client.meta
        prefix = f"arn:{meta.partition}:lambda:{meta.region_name}:{account}:function:"
        return {
            name: {
                "arn": self.arns.get(name) or prefix + name,
                "url": self.urls.get(name, ""),
                "code_sha256": functions.sha256(self.zips[name]),
            }
            for name in self.kept
        }


def reconcile(module: Any) -> None:
    """Check the input, zip the code, read the functions, make them as wanted."""
    kept, gone = by_state("functions", module.params["functions"])
    refuse_items("functions", kept, functions.problems)
    found = Functions(module, kept, {name: functions.read_zip(item) for name, item in kept.items()})
    current = found.read([*kept, *gone])
    changes = compare(current, found.wanted(current), prune=True)
    finish(module, changes, found.apply, functions=lambda: found.result(module))


def main() -> None:
    """Run the module."""
    run(
        {
            "functions": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": FUNCTION,
                "required_if": [("state", "present", ("files", "handler", "role"))],
            },
            "tags": {"type": "dict", "default": {}},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
