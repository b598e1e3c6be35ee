#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_rotation
version_added: 0.2.0
short_description: Give the platform's passwords new values without locking a component out
description:
  - Gives the generated keys of the secret document new values when they are old enough, when they are named, or when it
    is forced. Everything else in the document stays.
  - Components read the secret only when their task starts, so the new version becomes current only while no signalling
    task exists. Asleep, that is at once. Awake, it stops signalling, moves the label, starts signalling again, replaces
    bridges and recorders, and sees that all of them have logged in. If not, it puts the former values back.
  - While people meet, or nobody knows whether they do, it changes nothing and says so, unless
    O(disturb=true) or O(force=true).
  - Finishes, or takes back, what a run that died has begun, its own or that of the rotation function.
  - Never returns, shows or logs a value.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the platform. The names of the secret, of the services and of the log group derive from it.
    type: str
    required: true
  secret:
    description: Name or ARN of the secret. By default the name that derives from O(name).
    type: str
  keys:
    description:
      - The generated keys of the document, each with its number of random bytes, as for M(meetops.jitsi.secret).
      - Keys that are not listed are rotated only if O(only) names them.
    type: dict
    required: true
  days:
    description: Rotate when the oldest value is this many days old, from 1 to 1000.
    type: int
    default: 90
  grace_days:
    description: So many days after it is due, a rotation is overdue.
    type: int
    default: 7
  only:
    description:
      - Rotate these keys and no others, however old they are, for example after one has leaked.
      - A key that is not in O(keys) gets as many digits if it is a number, otherwise at least 32 hexadecimal digits.
    type: list
    elements: str
    default: []
  force:
    description: Rotate now, however old the values are and although people meet. Signalling restarts, and the page of
      everybody reloads.
    type: bool
    default: false
  disturb:
    description: Rotate what is due, or named, although people meet.
    type: bool
    default: false
    version_added: 0.5.0
  wait_minutes:
    description: For how long to wait until the last participant has left.
    type: int
    default: 0
notes:
  - There is no stock module for it. C(community.aws.secretsmanager_secret) can attach a rotation function, and
    overwrites the value when it is given one.
  - Asleep it takes some seconds. Awake it takes some minutes, in which nobody can join; at most about 25, if it has to
    put the former values back.
  - Two runs at once, or a run beside the rotation function, end with one new version. Labels of Secrets Manager decide.
  - "Permissions: secretsmanager:DescribeSecret, GetSecretValue, PutSecretValue, UpdateSecretVersionStage;
    ecs:DescribeServices, ListTasks, DescribeTasks, GetTaskProtection, UpdateService, UpdateTaskProtection;
    application-autoscaling:DescribeScalableTargets, RegisterScalableTarget; logs:FilterLogEvents; with an
    own key also kms:GenerateDataKey and kms:Decrypt on it."
seealso:
  - module: meetops.jitsi.secret
  - module: meetops.jitsi.secret_info
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The passwords are not older than 90 days
  meetops.jitsi.secret_rotation:
    name: jitsi-video-platform
    keys:
      jicofo_auth_password: 16
      jvb_auth_password: 16
      turn_credentials: 32
  register: rotation

- name: A leaked secret is replaced now, also while people meet
  meetops.jitsi.secret_rotation:
    name: jitsi-video-platform
    keys:
      turn_credentials: 32
    only: [turn_credentials]
    force: true
"""

RETURN = r"""
rotation:
  description: What was done, or in check mode what would be, and how old the values are.
  returned: success
  type: dict
  contains:
    result:
      description:
        - V(rotated), V(postponed) while people meet, or V(nothing).
        - V(cancelled) when a version that waited was taken back, because it did not follow from the current one.
      type: str
    message:
      description: The same in words, with the reason, and when rotation is due.
      type: str
    key_names:
      description: Names of the keys that have new values, sorted.
      type: list
      elements: str
    version_id:
      description: Id of the current version.
      type: str
    age_days:
      description: Age of the oldest value.
      type: float
    due_in_days:
      description: Days until rotation is due, negative afterwards.
      type: float
    overdue:
      description: Whether rotation was due more than O(grace_days) ago.
      type: bool
    steps:
      description: What was done, in order.
      type: list
      elements: str
  sample:
    result: postponed
    message: "Postponed, since 3 people meet now. The oldest value is 93 days old, rotation was due 3 days ago."
    key_names: []
    version_id: 7d2f9bd0-8a2c-4d3e-9a57-4f2a5b8b3c1e
    age_days: 93.2
    due_in_days: -3.2
    overdue: false
    steps: []
disturbs:
  description: What people notice who meet now, when the rotation is forced. Empty if nobody notices anything.
  returned: success
  type: str
  sample: "3 people meet now: a rotation restarts signalling, and every page reloads"
  version_added: 0.5.0
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: secret jitsi-video-platform-jitsi-secrets, action: update, fields: [AWSCURRENT]}]
"""

from contextlib import suppress
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle import in_use
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import document, report, rotation
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.connect import connect
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.rotation_plan import Action, Request
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.list_kinds import key_names


def result(module: Any, action: Action, rotating: rotation.Rotation) -> dict[str, Any]:
    """What is returned: what was done, or would be first, and how old the values are."""
    told = report.report(action, rotating.secret, rotating.outcome)
    ages = report.ages(rotating.outcome.age_days, module.params["days"], module.params["grace_days"])
    return {
        **told,
        "message": f"{told['message']} {report.due(ages)}",
        **ages,
        "version_id": rotating.outcome.version,
        "steps": rotating.outcome.steps,
    }


def rotate(module: Any, secret: str, rotating: rotation.Rotation) -> None:
    """See what is to do, do it, and exit."""
    action = rotating.wait_for_turn(0 if module.check_mode else module.params["wait_minutes"] * 60)
    resource = f"secret {secret}"
    before, after = report.planned(action, rotating.secret)

    def apply(change: Change) -> None:
        # Somebody may come while it begins.
        with suppress(rotation.Postponed):
            rotating.run()

    changes = compare({resource: before}, {resource: after})
    who = rotating.platform.meeting if changes else ""
    disturbs = in_use.notice(who, f"a rotation {in_use.RESTARTS}", advice=False) if who else ""
    finish(module, changes, apply, rotation=lambda: result(module, action, rotating), disturbs=disturbs)


def reconcile(module: Any) -> None:
    """Check the input, then rotate."""
    params = module.params
    document.check_keys(params["keys"])
    report.check(params["days"], params["grace_days"], params["wait_minutes"])
    request = Request(
        days=params["days"], named=frozenset(params["only"]), force=params["force"], disturb=params["disturb"]
    )
    try:
        cloud = connect(module)
        rotate(module, cloud.secret, rotation.Rotation(cloud, params["keys"], request, say=module.log))
    except rotation.RotationError as error:
        module.fail_json(msg=f"{params['name']}: {error}")


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "secret": {"type": "str", "no_log": False},
            "keys": {"type": "dict", "required": True, "no_log": False},
            "days": {"type": "int", "default": 90},
            "grace_days": {"type": "int", "default": 7},
            "only": {"type": "list", "elements": "str", "default": []},
            "force": {"type": "bool", "default": False},
            "disturb": {"type": "bool", "default": False},
            "wait_minutes": {"type": "int", "default": 0},
        },
        reconcile,
        rules={**PLATFORM, "only": key_names()},
    )


if __name__ == "__main__":
    main()
