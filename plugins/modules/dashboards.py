#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: dashboards
version_added: 0.3.0
short_description: Keep CloudWatch dashboards
description:
  - Creates, updates or removes dashboards. Changes made by hand are put back.
  - Checks the widgets before the first call, so that a mistake names the dashboard, the widget, the key and the fix.
author:
  - meetops.jitsi contributors (@meetops)
options:
  dashboards:
    description: The dashboards.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the dashboard. Dashboards belong to the account, not to a region.
        type: str
        required: true
      body:
        description:
          - The dashboard as an object with C(widgets) and, if wanted, C(start), C(end), C(periodOverride) and
            C(variables).
          - Every widget has C(type), C(x), C(y), C(width), C(height) and C(properties). The grid has 24 columns.
        type: dict
        required: true
  absent:
    description: Names of dashboards that must not exist.
    type: list
    elements: str
    default: []
  published:
    description:
      - Metrics of each own namespace, as lists of names by namespace. A widget with another metric of such a namespace
        is refused, as it would stay empty.
    type: dict
    default: {}
  alarms:
    description:
      - Alarms as of M(meetops.jitsi.alarms). A horizontal annotation labelled C(Alarm) must have the threshold of one
        that is on a metric of its widget.
    type: list
    elements: dict
    default: []
notes:
  - Neither amazon.aws (release 11.4) nor community.aws (release 11.2) has a module for dashboards.
  - What CloudWatch warns about, without refusing a dashboard, becomes a warning and RV(messages).
  - A run that changes nothing makes one call a dashboard.
  - "Permissions: cloudwatch:GetDashboard, PutDashboard and DeleteDashboards."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A dashboard shows participants
  meetops.jitsi.dashboards:
    dashboards:
      - name: jitsi-video-platform
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
    absent: [jitsi-video-platform-recording]
"""

RETURN = r"""
dashboards:
  description: ARN of each dashboard by name. Empty for one that does not exist, as in check mode before it is created.
  returned: success
  type: dict
  sample: {jitsi-video-platform: "arn:aws:cloudwatch::123456789012:dashboard/jitsi-video-platform"}
messages:
  description: What CloudWatch warns about in the bodies that were sent, with the C(dashboard).
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

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import cloudwatch
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import dashboard_metrics
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import dashboards as dashboard

RESOURCE = "dashboard "


def check(params: dict[str, Any]) -> None:
    """Raise InvalidInput on the first mistake in any dashboard."""
    names = [item["name"] for item in params["dashboards"]] + params["absent"]
    for name in names:
        dashboard.check_name(name)
        if names.count(name) > 1:
            raise InvalidInput(f"dashboards {name}: is listed twice, or under absent too; list it once")
    for item in params["dashboards"]:
        try:
            dashboard.check(item["body"])
            dashboard_metrics.check(item["body"], params["published"], params["alarms"])
        except InvalidInput as error:
            raise InvalidInput(f"dashboards {item['name']}, {error}") from None


def reconcile(module: Any) -> None:
    """Check the input, read the dashboards, make them as wanted."""
    check(module.params)
    bodies = {item["name"]: item["body"] for item in module.params["dashboards"]}
    api = client(module, "cloudwatch")
    described = {name: cloudwatch.get_dashboard(api, name) for name in [*bodies, *module.params["absent"]]}
    current = {
        RESOURCE + name: dashboard.fields(dashboard.decode(found["DashboardBody"]))
        for name, found in described.items()
        if found
    }
    messages: list[dict[str, str]] = []

    def apply(change: Change) -> None:
        name = change.resource.removeprefix(RESOURCE)
        if change.after is None:
            cloudwatch.delete_dashboard(api, name)
            return
        for message in cloudwatch.put_dashboard(api, name, dashboard.canonical(bodies[name])):
            messages.append({"dashboard": name, **message})
            module.warn(f"{change.resource}: {message.get('DataPath', '')} {message.get('Message', '')}")

    def arns() -> dict[str, str]:
        made = {
            name: described[name] or (None if module.check_mode else cloudwatch.get_dashboard(api, name))
            for name in bodies
        }
        return {name: found["DashboardArn"] if found else "" for name, found in made.items()}

    wanted = {RESOURCE + name: dashboard.fields(body) for name, body in bodies.items()}
    finish(module, compare(current, wanted, prune=True), apply, dashboards=arns, messages=messages)


def main() -> None:
    """Run the module."""
    run(
        {
            "dashboards": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {"name": {"type": "str", "required": True}, "body": {"type": "dict", "required": True}},
            },
            "absent": {"type": "list", "elements": "str", "default": []},
            "published": {"type": "dict", "default": {}},
            "alarms": {"type": "list", "elements": "dict", "default": []},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
