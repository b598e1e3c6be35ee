#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: logs_info
version_added: 0.3.0
short_description: Read the log of a platform, by component, time, room and text
description:
  - Reads lines of the log group C(/ecs/<name>), the newest O(limit) of those that are wanted.
  - Secrets in them are masked, that is the values of the platform's secret document, and what looks like a password,
    token or key.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name that all other names derive from.
    type: str
    required: true
  components:
    description:
      - Whose lines; all if empty. Containers are V(caddy), V(web), V(prosody), V(jicofo), V(jvb), V(coturn), V(jibri),
        V(stats) and V(protect), functions are V(wake), V(tasks), V(sleep), V(rotation) and V(chat).
      - V(signalling), V(bridge), V(recorder), V(sidecars), V(lifecycle) and V(functions) are several of them.
    type: list
    elements: str
    default: []
  since:
    description: From when, such as V(2h), V(2026-11-22) or V(2026-11-22T10:00).
    type: str
    default: 1h
  until:
    description: Until when, now if empty.
    type: str
    default: ""
  timezone:
    description: Time zone of times that name none.
    type: str
    default: UTC
  room:
    description: Only lines about this room.
    type: str
    default: ""
  text:
    description: Only lines with this text, in any case.
    type: str
    default: ""
  errors:
    description: Only lines that tell of an error, as the metric filters of the role C(monitoring) find them.
    type: bool
    default: false
  limit:
    description: Most lines, 1 to 10000.
    type: int
    default: 1000
  follow:
    description:
      - Shows new lines as they come, for so long, such as V(10m), or until it is interrupted with V(yes). Empty ends at
        once.
      - Returns the lines that it showed, at most O(limit).
    type: str
    default: ""
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - No stock module reads log events.
  - "Permissions: logs:FilterLogEvents; logs:DescribeMetricFilters for O(errors). With secretsmanager:GetSecretValue the
    values of the secret document are masked wherever they are; without it, whatever looks like a secret is."
"""

EXAMPLES = r"""
- name: Read what jicofo and the bridges wrote about a room
  meetops.jitsi.logs_info:
    name: jitsi-video-platform
    components: [jicofo, jvb]
    since: 2h
    room: standup
  register: logs
"""

RETURN = r"""
lines:
  description: The lines, the oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    at:
      description: When it was written, UTC, to the millisecond.
      type: str
    kind:
      description: V(signalling), V(bridge), V(recorder) or V(function).
      type: str
    component:
      description: Who wrote it.
      type: str
    task:
      description: First characters of the task's or function instance's id.
      type: str
    id:
      description: Id of the event.
      type: str
    text:
      description: The line.
      type: str
more:
  description: Whether there are more lines before these.
  returned: success
  type: bool
since:
  description: Begin of the time that was looked at.
  returned: success
  type: str
until:
  description: End of that time.
  returned: success
  type: str
"""

import datetime as dt
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import logs
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, run
from ansible_collections.meetops.jitsi.plugins.module_utils.logs import lines, reader
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring.filter_pattern import Pattern
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import between, line
from ansible_collections.meetops.jitsi.plugins.module_utils.times import moments
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM


def error_patterns(api: Any, name: str) -> tuple[Pattern, ...]:
    """What the metric filters of a platform find errors by."""
    return lines.error_patterns(logs.describe_metric_filters(api, names.log_group(name)), name)


def reconcile(module: Any) -> None:
    """Check, read, tell."""
    params, now = module.params, dt.datetime.now(dt.UTC)
    zone = moments.timezone(params["timezone"])
    until = moments.moment("until", params["until"], now, zone) if params["until"] else now
    since = moments.moment("since", params["since"], now, zone)
    lines.check_period(since, until)
    components = lines.components(params["components"])
    api = client(module, "logs")
    errors = error_patterns(api, params["name"]) if params["errors"] else ()
    wanted = lines.Wanted(since, until, components, params["room"], params["text"], params["limit"], errors)
    masker, exact = reader.masker(client(module, "secretsmanager"), params["name"])
    if not exact:
        module.warn("The secret document may not be read, so what looks like a secret is masked, and nothing else.")
    found, more = reader.read(api, params["name"], wanted, masker.mask)
    module.exit_json(changed=False, lines=found, more=more, since=moments.iso(since), until=moments.iso(until))


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "components": {"type": "list", "elements": "str", "default": []},
            "since": {"type": "str", "default": "1h"},
            "until": {"type": "str", "default": ""},
            "timezone": {"type": "str", "default": "UTC"},
            "room": {"type": "str", "default": ""},
            "text": {"type": "str", "default": ""},
            "errors": {"type": "bool", "default": False},
            "limit": {"type": "int", "default": 1000},
            # The action plugin of this name reads again and again.
            "follow": {"type": "str", "default": ""},
        },
        reconcile,
        rules={**PLATFORM, "limit": between(1, 10_000), "room": line("the name of a room"), "text": line("text")},
    )


if __name__ == "__main__":
    main()
