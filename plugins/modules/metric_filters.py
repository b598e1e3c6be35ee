#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: metric_filters
version_added: 0.1.0
short_description: Keep all metric filters of a CloudWatch Logs group
description:
  - Owns every metric filter of a log group. Filters that are not listed are removed, unless O(purge_filters=false).
  - Checks patterns before the first call, with the position of a mistake. JSON patterns and terms are understood,
    space-delimited patterns are not.
author: [meetops.jitsi contributors (@meetops)]
options:
  log_group:
    description: Name of the log group. It must exist, except in check mode.
    type: str
    required: true
  namespace:
    description: Namespace of the metrics.
    type: str
    required: true
  filters:
    description: The metric filters, at most 100.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the filter, unique in its log group.
        type: str
        required: true
      pattern:
        description:
          - What a log line must be, such as V({ $.source = "jvb" && $.stress >= 0 }) or V(ERROR -"not found").
          - A line is matched as JSON only if the whole line is a JSON object.
        type: str
        required: true
      metric:
        description: Name of the metric.
        type: str
        required: true
      value:
        description: What a matching line adds, a number or a field of the pattern such as V($.stress).
        type: str
        default: "1"
      unit:
        description: Unit of the metric, such as V(Count) or V(Percent).
        type: str
        default: None
      default_value:
        description:
          - What other lines of the log group emit. Nothing if it is not given.
          - CloudWatch Logs refuses it beside O(filters[].dimensions). It lowers the average of a gauge.
        type: float
      dimensions:
        description:
          - Dimensions of the metric, at most three. A name with a field of the pattern, such as C(Platform=$.platform).
          - Every combination of values is a metric of its own, and is paid for as one.
        type: dict
        default: {}
  purge_filters:
    description: Whether filters of the log group that are not listed are removed.
    type: bool
    default: true
    version_added: 0.5.0
  state:
    description: V(absent) removes all metric filters of the log group, whatever O(filters) lists.
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.5.0
notes:
  - C(amazon.aws.cloudwatchlogs_log_group_metric_filter) (release 11.4) takes one filter a task, removes no other, does
    not check patterns, changes the case of dimension names before it compares them and so reports V(Platform) as
    changed in every run, and reports a filter as changed in every run if its name begins another filter's name.
  - A metric appears only once a line has matched; lines from before the filter do not count.
  - "Permissions: logs:DescribeMetricFilters, PutMetricFilter and DeleteMetricFilter on the log group."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The log group counts participants and failed uploads
  meetops.jitsi.metric_filters:
    log_group: /ecs/jitsi-video-platform
    namespace: Jitsi/JVB
    filters:
      - name: Participants
        pattern: '{ $.source = "jicofo" && $.platform = * && $.participants >= 0 }'
        metric: Participants
        value: $.participants
        unit: Count
        dimensions:
          Platform: $.platform
      - name: UploadFailed
        pattern: '{ $.source = "upload" && $.result = "failed" }'
        metric: UploadFailed
        unit: Count

- name: The log group has no metric filters
  meetops.jitsi.metric_filters:
    log_group: /ecs/jitsi-video-platform
    namespace: Jitsi/JVB
    state: absent
"""

RETURN = r"""
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: metric filter Participants, action: update, fields: [pattern]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import logs
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import metric_filters

ARGUMENTS: dict[str, Any] = {
    "log_group": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "filters": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "pattern": {"type": "str", "required": True},
            "metric": {"type": "str", "required": True},
            "value": {"type": "str", "default": "1"},
            "unit": {"type": "str", "default": "None"},
            "default_value": {"type": "float"},
            "dimensions": {"type": "dict", "default": {}},
        },
    },
    "purge_filters": {"type": "bool", "default": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def apply(logs_client: Any, log_group: str, change: Change) -> None:
    """Make one change."""
    name = metric_filters.name_of(change.resource)
    if change.after is None:
        logs.delete_metric_filter(logs_client, log_group, name)
    else:
        logs.put_metric_filter(
            logs_client, log_group, name, change.after["pattern"], metric_filters.transformation(change.after)
        )


def reconcile(module: Any) -> None:
    """Check the input, read the filters of the log group, make them as wanted."""
    log_group, namespace, state = (module.params[name] for name in ("log_group", "namespace", "state"))
    filters = module.params["filters"] if state == "present" else []
    metric_filters.check(log_group, namespace, filters)
    logs_client = client(module, "logs")
    current = metric_filters.current(logs.describe_metric_filters(logs_client, log_group))
    purge = module.params["purge_filters"] or state == "absent"
    changes = compare(current, metric_filters.wanted(namespace, filters), prune=purge)
    finish(module, changes, lambda change: apply(logs_client, log_group, change))


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
