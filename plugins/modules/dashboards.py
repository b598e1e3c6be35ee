#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: dashboards
version_added: 0.3.0
short_description: Keep CloudWatch dashboards
description:
  - Creates, updates or removes dashboards. Changes made by hand are put back.
  - Checks the widgets before the first call, so that a mistake names the dashboard, the widget, the key and the fix.
author: [meetops.jitsi contributors (@meetops)]
options:
  dashboards:
    description: The dashboards. One that is not listed is left alone.
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
          - Required with O(dashboards[].state=present).
        type: dict
      state:
        description: V(absent) removes the dashboard.
        type: str
        choices: [present, absent]
        default: present
        version_added: 0.5.0
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
      - name: jitsi-video-platform-recording
        state: absent
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

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import cloudwatch
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, State, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import dashboard_metrics, dashboards

RESOURCE = "dashboard "
ARGUMENTS: dict[str, Any] = {
    "dashboards": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "body": {"type": "dict"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        "required_if": [("state", "present", ("body",))],
    },
    "published": {"type": "dict", "default": {}},
    "alarms": {"type": "list", "elements": "dict", "default": []},
}


def check(params: dict[str, Any], bodies: Mapping[str, Any]) -> None:
    """Raise InvalidInput on the first mistake in any body."""
    for name, body in bodies.items():
        try:
            dashboards.check(body)
            dashboard_metrics.check(body, params["published"], params["alarms"])
        except InvalidInput as error:
            raise InvalidInput(f"dashboards {name}, {error}") from None


class Dashboards:
    """The dashboards to keep, as bodies by name: how they are, and how to change one."""

    def __init__(self, module: Any, bodies: Mapping[str, Any]) -> None:
        self.module, self.bodies, self.client = module, bodies, client(module, "cloudwatch")
        self.arns: dict[str, str] = {}
        self.messages: list[dict[str, str]] = []

    def read(self, names: Iterable[str]) -> State:
        """Those of the named dashboards that are there."""
        state: dict[str, Fields] = {}
        for name in names:
            found = cloudwatch.get_dashboard(self.client, name)
            if found:
                self.arns[name] = found["DashboardArn"]
                state[RESOURCE + name] = dashboards.fields(dashboards.decode(found["DashboardBody"]))
        return state

    def apply(self, change: Change) -> None:
        """Make one change, and pass on what CloudWatch warns about."""
        name = change.resource.removeprefix(RESOURCE)
        if change.after is None:
            cloudwatch.delete_dashboard(self.client, name)
            return
        for message in cloudwatch.put_dashboard(self.client, name, dashboards.canonical(self.bodies[name])):
            self.messages.append({"dashboard": name, **message})
            self.module.warn(f"{change.resource}: {message.get('DataPath', '')} {message.get('Message', '')}")

    def result(self) -> dict[str, str]:
        """The ARNs of the dashboards to keep; empty for one that is not there yet, in check mode."""
        for name in self.bodies if not self.module.check_mode else ():
            if name not in self.arns:
                found = cloudwatch.get_dashboard(self.client, name)
                self.arns[name] = found["DashboardArn"] if found else ""
        return {name: self.arns.get(name, "") for name in self.bodies}


def reconcile(module: Any) -> None:
    """Check the input, read the dashboards, make them as wanted."""
    kept, gone = by_state("dashboards", module.params["dashboards"])
    for name in (*kept, *gone):
        dashboards.check_name(name)
    bodies = {name: item["body"] for name, item in kept.items()}
    check(module.params, bodies)
    found = Dashboards(module, bodies)
    wanted = {RESOURCE + name: dashboards.fields(body) for name, body in bodies.items()}
    changes = compare(found.read([*kept, *gone]), wanted, prune=True)
    finish(module, changes, found.apply, dashboards=found.result, messages=found.messages)


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
