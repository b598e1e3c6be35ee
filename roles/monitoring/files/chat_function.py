# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The function that passes messages of the SNS topic on to a chat, by an incoming webhook that takes {"text": ...}:
Slack, Mattermost, Rocket.Chat, and Discord with /slack at the end of its URL.

Whoever has the URL can write to the chat, so it is a secret: an SSM parameter holds it, it is read when it is needed
and is never printed, nor is any error whose text might hold it.

Environment: PLATFORM (name) and PARAMETER (name of the SSM parameter, a SecureString).
"""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

RETRIES = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "max_attempts": 3})
SECONDS = 10
# Chats cut longer texts, or refuse them.
LONGEST = 3000
SIGNS = {"ALARM": ":red_circle:", "OK": ":large_green_circle:"}


class NotSent(Exception):
    """A message that the chat did not take. SNS has the function called again, twice. The text holds no URL."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where a redirect leads, nobody knows: the URL's owner is to be asked for the right one."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        """Follow none."""


def handle(event: Mapping[str, Any], _context: Any = None) -> None:
    """Pass on each message of an event of SNS."""
    address = url()
    for record in event["Records"]:
        post(address, text(record["Sns"]))


def text(message: Mapping[str, Any]) -> str:
    """What the chat is told of a message: of an alarm its state, its name, its description and what was measured; of
    any other its subject and text."""
    subject, body = str(message.get("Subject") or "").strip(), str(message.get("Message") or "").strip()
    try:
        alarm = json.loads(body)
        state, name = alarm["NewStateValue"], alarm["AlarmName"]
    except (ValueError, KeyError, TypeError):
        return "\n".join(part for part in (f"*{subject}*" if subject else "", body) if part)[:LONGEST]
    lines = [f"{SIGNS.get(state, ':white_circle:')} *{state}: {name}*"]
    # That it is over needs no advice.
    lines += [str(alarm.get("AlarmDescription") or "")] if state == "ALARM" else []
    lines += [str(alarm.get("NewStateReason") or "")]
    return "\n".join(line for line in lines if line)[:LONGEST]


def url() -> str:
    """The URL of the webhook, anew each time: whoever changes it expects the next message there."""
    found = boto3.client("ssm", config=RETRIES).get_parameter(Name=os.environ["PARAMETER"], WithDecryption=True)
    address = str(found["Parameter"]["Value"]).strip()
    if not is_https(address):
        raise NotSent(f"the SSM parameter {os.environ['PARAMETER']} holds no URL that begins with https://")
    return address


def is_https(address: str) -> bool:
    """Whether a text is such a URL."""
    try:
        parts = urllib.parse.urlsplit(address)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False


def post(address: str, message: str) -> None:
    """Send one message. Raises NotSent unless the chat took it."""
    body, headers = json.dumps({"text": message}).encode(), {"Content-Type": "application/json"}
    try:
        request = urllib.request.Request(address, body, headers, method="POST")
        with urllib.request.build_opener(NoRedirect).open(request, timeout=SECONDS) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        raise NotSent(f"the chat answered {error.code}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotSent(f"the chat did not answer: {type(error).__name__}") from None
    print(json.dumps({"source": "chat", "platform": os.environ["PLATFORM"], "message": "sent"}), flush=True)
