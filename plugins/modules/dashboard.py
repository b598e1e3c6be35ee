#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: dashboard
version_added: 0.1.0
short_description: Keep a CloudWatch dashboard
description:
  - Creates, updates or removes a dashboard. Changes made by hand are put back.
  - Checks the widgets before the first call, so that a mistake names the widget, the key and the fix.
author:
  - meetops.jitsi contributors (@meetops)
options:
  name:
    description:
      - Name of the dashboard. Dashboards belong to the account, not to a region.
    type: str
    required: true
  body:
    description:
      - The dashboard as an object with C(widgets) and, if wanted, C(start), C(end), C(periodOverride), C(variables).
      - Every widget has C(type), C(x), C(y), C(width), C(height) and C(properties). The grid has 24 columns.
      - Required if O(state=present).
    type: dict
  state:
    description: V(absent) removes the dashboard.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Neither amazon.aws (release 11.4) nor community.aws (release 11.2) has a module for dashboards.
  - What CloudWatch warns about, without refusing the dashboard, becomes a warning and RV(messages).
  - "Permissions: cloudwatch:GetDashboard, PutDashboard and DeleteDashboards."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A dashboard shows participants
  meetops.jitsi.dashboard:
    name: jitsi-video-platform
    body:
      widgets:
        - type: metric
          x: 0
          y: 0
          width: 12
          height: 6
          properties:
            region: us-east-1
            title: Participants
            stat: Maximum
            period: 60
            metrics:
              - [Jitsi/JVB, Participants, Platform, jitsi-video-platform]

- name: The dashboard is gone
  meetops.jitsi.dashboard:
    name: jitsi-video-platform
    state: absent
"""

RETURN = r"""
arn:
  description: ARN of the dashboard. Empty if it does not exist, as in check mode before it is created.
  returned: success
  type: str
  sample: arn:aws:cloudwatch::123456789012:dashboard/jitsi-video-platform
messages:
  description: What CloudWatch warns about in the body that was sent.
  returned: success
  type: list
  elements: dict
  sample: []
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: dashboard jitsi-video-platform, action: update, fields: ["widget at 0,0"]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import dashboard
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import cloudwatch
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare


def reconcile(module: Any) -> None:
    """Check the input, read the dashboard, make it as wanted."""
    name, body = module.params["name"], module.params["body"]
    present = module.params["state"] == "present"
    dashboard.check(name, body if present else {"widgets": []})
    cloudwatch_client = client(module, "cloudwatch")
    described = cloudwatch.get_dashboard(cloudwatch_client, name)
    resource = f"dashboard {name}"
    current = {resource: dashboard.fields(dashboard.decode(described["DashboardBody"]))} if described else {}
    messages: list[dict[str, str]] = []

    def apply(change: Change) -> None:
        if change.after is None:
            cloudwatch.delete_dashboard(cloudwatch_client, name)
        else:
            messages.extend(cloudwatch.put_dashboard(cloudwatch_client, name, dashboard.canonical(body)))
            for message in messages:
                module.warn(f"{resource}: {message.get('DataPath', '')} {message.get('Message', '')}")

    def arn() -> str:
        made = described or (None if module.check_mode else cloudwatch.get_dashboard(cloudwatch_client, name))
        return str(made["DashboardArn"]) if made and present else ""

    wanted = {resource: dashboard.fields(body)} if present else {}
    finish(module, compare(current, wanted, prune=True), apply, arn=arn, messages=messages)


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "body": {"type": "dict"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
        required_if=[("state", "present", ["body"])],
    )


if __name__ == "__main__":
    main()
