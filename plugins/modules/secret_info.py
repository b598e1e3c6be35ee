#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_info
version_added: 0.2.0
short_description: List the ages and versions of the secret document
description:
  - Tells how old each key is, which versions there are, whether a rotation is under way, when the next one is due and
    whether AWS has it scheduled.
  - Never returns, shows or logs a value.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the platform. The name of the secret derives from it.
    type: str
    required: true
  secret:
    description: Name or ARN of the secret. By default the name that derives from O(name).
    type: str
  keys:
    description: The generated keys of the document. They alone count for RV(secret.age_days).
    type: dict
    required: true
  days:
    description: Rotation is due when the oldest value is this many days old.
    type: int
    default: 90
  grace_days:
    description: So many days after it is due, a rotation is overdue.
    type: int
    default: 7
notes:
  - C(amazon.aws.secretsmanager_secret) as a lookup returns the values themselves, and no ages.
  - "Permissions: secretsmanager:DescribeSecret, GetSecretValue, ListSecretVersionIds; with an own key kms:Decrypt."
seealso:
  - module: meetops.jitsi.secret
  - module: meetops.jitsi.secret_rotation
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: See how old the passwords are
  meetops.jitsi.secret_info:
    name: jitsi-video-platform
    keys:
      jvb_auth_password: 16
      turn_credentials: 32
  register: info
"""

RETURN = r"""
secret:
  description: What is known of the secret without its values.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the secret.
      type: str
    message:
      description: How old the oldest value is, and when rotation is due, in words.
      type: str
    age_days:
      description: Age of the oldest generated value.
      type: float
    due_in_days:
      description: Days until rotation is due, negative afterwards.
      type: float
    overdue:
      description: Whether rotation was due more than O(grace_days) ago.
      type: bool
    key_ages:
      description:
        - The keys that hold a value, sorted by name, each with C(name), C(age_days), whether it is C(generated), and
          whether its age is C(exact).
        - A key that was never rotated is at most as old as the secret.
      type: list
      elements: dict
    versions:
      description: The versions with a label, the newest first, each with C(id), C(labels), C(created) and C(age_days).
      type: list
      elements: dict
    rotating:
      description: Id of the version that a rotation is about to make current, empty when none is under way.
      type: str
    schedule:
      description:
        - What AWS rotates by itself, with C(enabled), C(function_arn), C(rules), C(last) and C(next). Dates are ISO
          8601, empty when there is none.
      type: dict
  sample:
    message: The oldest value is 12 days old, rotation is due in 78 days.
    age_days: 12.0
    due_in_days: 78.0
    overdue: false
    key_ages: [{name: turn_credentials, age_days: 12.0, generated: true, exact: true}]
    rotating: ""
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import secretsmanager
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, run
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import document, report
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM


def read(module: Any) -> dict[str, Any]:
    """All that is known of the secret but its values, by three calls: description, current document, versions."""
    params = module.params
    name = params["secret"] or names.secret(params["name"])
    api = client(module, "secretsmanager")
    described = secretsmanager.describe(api, name)
    if not described or described.get("DeletedDate"):
        raise InvalidInput(
            f"name {params['name']}: there is no secret {name}; run site.yml, which makes or restores it"
        )
    held = document.parse(secretsmanager.read(api, name)[1], name)
    versions = secretsmanager.versions(api, name)
    return report.listing(described, held, versions, params["keys"], params["days"], params["grace_days"], report.now())


def reconcile(module: Any) -> None:
    """Check the input, read, exit."""
    document.check_keys(module.params["keys"])
    report.check(module.params["days"], module.params["grace_days"], 0)
    module.exit_json(changed=False, secret=read(module))


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "secret": {"type": "str", "no_log": False},
            "keys": {"type": "dict", "required": True, "no_log": False},
            "days": {"type": "int", "default": 90},
            "grace_days": {"type": "int", "default": 7},
        },
        reconcile,
        rules=PLATFORM,
    )


if __name__ == "__main__":
    main()
