# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An SNS topic that sends alarms by e-mail and to functions: its name, its policy, its subscriptions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .._aws.tags import tag_dict
from ..changes import State
from ..errors import InvalidInput

_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
# Deliberately simple: AWS sends a confirmation, which is the real check.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_FUNCTION = re.compile(r"arn:[^:]+:lambda:[^:]+:\d{12}:function:[A-Za-z0-9_-]+")
# Protocols of SNS that are managed.
EMAIL, FUNCTION = "email", "lambda"


def check(name: str, emails: Sequence[str], publishers: Sequence[str], functions: Sequence[str]) -> None:
    """Raise InvalidInput on what SNS would refuse."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"name {name!r}: is no name of a topic; use letters, digits, - and _")
    for email in emails:
        if not is_email(email):
            raise InvalidInput(f"emails {email!r}: is no e-mail address; write name@example.com")
    for publisher in publishers:
        if not _SERVICE.fullmatch(publisher):
            raise InvalidInput(
                f"publishers {publisher!r}: is no AWS service; write for example cloudwatch.amazonaws.com"
            )
    for function in functions:
        if not _FUNCTION.fullmatch(function):
            raise InvalidInput(
                f"functions {function!r}: is no ARN of a function; write arn:aws:lambda:REGION:ACCOUNT:function:NAME"
            )


def is_email(text: str) -> bool:
    """Whether a text looks like an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def topic_arn(name: str, region: str, caller_arn: str) -> str:
    """ARN of a topic of this account: known before the topic exists."""
    parts = caller_arn.split(":")
    return f"arn:{parts[1]}:sns:{region}:{parts[4]}:{name}"


def policy(arn: str, publishers: Sequence[str]) -> dict[str, Any]:
    """Policy of the topic: the services publish on behalf of this account only, and nobody without TLS."""
    services = sorted(set(publishers))
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ServicesOfThisAccountPublish",
                "Effect": "Allow",
                # AWS may turn a list of one into a text.
                "Principal": {"Service": services[0] if len(services) == 1 else services},
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": arn.split(":")[4]}},
            },
            {
                "Sid": "NothingWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }


def wanted(
    arn: str, emails: Sequence[str], publishers: Sequence[str], tags: Mapping[str, Any], functions: Sequence[str] | None
) -> State:
    """The topic and its subscriptions as a state; a subscription's field is named after its protocol."""
    topic = {"policy": policy(arn, publishers), "tags": {str(key): str(value) for key, value in tags.items()}}
    return {
        f"topic {_name(arn)}": topic,
        **{f"topic {_name(arn)} subscription {email}": {EMAIL: email} for email in emails},
        **{f"topic {_name(arn)} subscription {function}": {FUNCTION: function} for function in functions or ()},
    }


def current(
    arn: str,
    attributes: Mapping[str, str],
    subscriptions: Sequence[Mapping[str, str]],
    tags: Mapping[str, str],
    emails: Sequence[str],
    functions: Sequence[str] | None,
) -> State:
    """What SNS reports of a topic, as a state.

    Left out, because they are not managed: other protocols, such as somebody's pager, functions if ``functions`` is
    None, and an address that is not wanted and was never confirmed. SNS cannot remove that one; it ends by itself.
    """
    managed = {EMAIL} if functions is None else {EMAIL, FUNCTION}
    topic = {"policy": _decode(attributes.get("Policy", "")), "tags": tag_dict(tags)}
    return {
        f"topic {_name(arn)}": topic,
        **{
            f"topic {_name(arn)} subscription {item['Endpoint']}": {
                item["Protocol"]: item["Endpoint"],
                "arn": item["SubscriptionArn"],
            }
            for item in subscriptions
            if item["Protocol"] in managed
            and (item["SubscriptionArn"].startswith("arn:") or (item["Endpoint"] in emails and not _is_gone(item)))
        },
    }


def functions_of(subscriptions: Sequence[Mapping[str, str]]) -> list[str]:
    """ARNs of the functions that a topic calls."""
    return [item["Endpoint"] for item in subscriptions if item["Protocol"] == FUNCTION and not _is_gone(item)]


def _is_gone(subscription: Mapping[str, str]) -> bool:
    """SNS goes on listing a deleted subscription for a while."""
    return subscription["SubscriptionArn"] == "Deleted"


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
