#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: alert_topic
version_added: 0.1.0
short_description: Keep an SNS topic that sends alerts by e-mail and to functions
description:
  - Keeps a topic with its policy, its tags and its subscriptions.
  - Only the named AWS services publish, only on behalf of this account, and only over TLS. Principals of this account
    that an IAM policy allows to publish can do so too.
  - Addresses that are not listed are unsubscribed. Subscriptions of other protocols are left alone.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the topic.
    type: str
    required: true
  emails:
    description:
      - Addresses to send to. Each gets a message with a link, and nothing else until the link is opened.
      - SNS drops an address that is not confirmed in time; the next run asks again.
    type: list
    elements: str
    default: []
  functions:
    description:
      - ARNs of Lambda functions to call. Others are unsubscribed. Functions are left alone if it is not given.
      - A function must be there before it is subscribed, and let C(sns.amazonaws.com) call it.
    type: list
    elements: str
    version_added: 0.3.0
  publishers:
    description: AWS services that may publish.
    type: list
    elements: str
    default: [cloudwatch.amazonaws.com]
  tags:
    description: Tags of the topic. Others are removed, except those that AWS sets itself.
    type: dict
    default: {}
  state:
    description: V(absent) removes the topic with all its subscriptions.
    type: str
    choices: [present, absent]
    default: present
notes:
  - C(community.aws.sns_topic) (release 11.2) fails in check mode if there is no topic (C(Invalid type for parameter
    TopicArn, value None)), so a plan for an empty account cannot be made. A run that changes nothing takes it 11 calls,
    among them four listings of all topics of the account, and this module 4. It unsubscribes other protocols too.
  - "Permissions: sns:GetTopicAttributes, SetTopicAttributes, CreateTopic, DeleteTopic, ListSubscriptionsByTopic,
    Subscribe, Unsubscribe, ListTagsForResource, TagResource and UntagResource."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Alarms reach the operator
  meetops.jitsi.alert_topic:
    name: jitsi-video-platform-alerts
    emails: [ops@example.com]

- name: The topic is gone
  meetops.jitsi.alert_topic:
    name: jitsi-video-platform-alerts
    state: absent
"""

RETURN = r"""
arn:
  description: ARN of the topic, also in check mode before the topic is made.
  returned: success
  type: str
  sample: arn:aws:sns:us-east-1:123456789012:jitsi-video-platform-alerts
functions:
  description: ARNs of the functions that the topic called before the run.
  returned: success
  type: list
  elements: str
  version_added: 0.3.0
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: topic jitsi-video-platform-alerts subscription ops@example.com, action: create, fields: [email]}]
"""

import json
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import sns, sts
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, State, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import alert_topic


def read(sns_client: Any, arn: str, emails: list[str], functions: list[str] | None) -> tuple[State, list[str]]:
    """The topic with its subscriptions, and the functions that it calls; nothing if there is no topic."""
    attributes = sns.get_attributes(sns_client, arn)
    if attributes is None:
        return {}, []
    subscriptions = sns.list_subscriptions(sns_client, arn)
    state = alert_topic.current(arn, attributes, subscriptions, sns.list_tags(sns_client, arn), emails, functions)
    return state, alert_topic.functions_of(subscriptions)


def apply(sns_client: Any, arn: str, change: Change) -> None:
    """Make one change."""
    before, after = change.before or {}, change.after or {}
    protocol = next((name for name in (alert_topic.EMAIL, alert_topic.FUNCTION) if name in {**before, **after}), None)
    if protocol:
        if change.after is None:
            sns.unsubscribe(sns_client, before["arn"])
        else:
            sns.subscribe(sns_client, arn, protocol, after[protocol])
    elif change.after is None:
        sns.delete_topic(sns_client, arn)
    elif change.before is None:
        sns.create_topic(sns_client, arn.rpartition(":")[2], _json(after), after["tags"])
    else:
        if "policy" in change.fields:
            sns.set_policy(sns_client, arn, _json(after))
        if "tags" in change.fields:
            sns.tag(sns_client, arn, before["tags"], after["tags"])


def _json(fields: Fields) -> str:
    return json.dumps(fields["policy"])


def reconcile(module: Any) -> None:
    """Check the input, read the topic, make it as wanted."""
    name, emails, publishers, functions = (
        module.params[option] for option in ("name", "emails", "publishers", "functions")
    )
    alert_topic.check(name, emails, publishers, functions or [])
    sns_client = client(module, "sns")
    arn = alert_topic.topic_arn(name, sns_client.meta.region_name, sts.caller_arn(client(module, "sts")))
    current, called = read(sns_client, arn, emails, functions)
    if module.params["state"] == "present":
        wanted = alert_topic.wanted(arn, emails, publishers, module.params["tags"], functions)
        changes = compare(current, wanted, prune=True)
    else:
        # The subscriptions go with the topic.
        changes = compare({key: fields for key, fields in current.items() if "policy" in fields}, {}, prune=True)
    finish(module, changes, lambda change: apply(sns_client, arn, change), arn=arn, functions=called)


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "emails": {"type": "list", "elements": "str", "default": []},
            "functions": {"type": "list", "elements": "str"},
            "publishers": {"type": "list", "elements": "str", "default": ["cloudwatch.amazonaws.com"]},
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
