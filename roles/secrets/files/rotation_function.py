# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The function that Secrets Manager calls to rotate the secret. Once a day it tells how old the secret is, finishes a
rotation that was left half-way, and warns when the secret is too old even so.

The package ``meetops_rotation`` beside it is what plugins/module_utils has of rotation. The playbook runs that too.

Environment: PLATFORM (name), SECRET (name), KEYS (JSON: key -> random bytes), OVERDUE_DAYS (how old the secret may be)
and TOPIC (ARN of the SNS topic that warnings go to). Events:

    {"Step": "createSecret", "SecretId": ARN or name, "ClientRequestToken": version}, the other STEPS alike
    {"action": "report"}

It prints one JSON object a line. No value, and no text of an error that is not known to be without, is ever printed.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from meetops_rotation import names
from meetops_rotation.errors import InvalidInput
from meetops_rotation.secret import rotation, rotation_steps
from meetops_rotation.secret.calls import Aws

RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})
STEPS = {
    "createSecret": rotation_steps.create_secret,
    "setSecret": rotation_steps.set_secret,
    "testSecret": rotation_steps.test_secret,
    "finishSecret": rotation_steps.finish_secret,
}


WARNING = (
    "The oldest password of {name} is {age:.0f} days old and should have been rotated by now. Most often the platform "
    "was in use at every try. Run playbooks/rotate_secrets.yml -e rotate_wait_minutes=240, which waits for the last "
    "participant, or -e jitsi_force=true at a time when it is fine that every page reloads. If it fails, it says why."
)


class Refused(Exception):
    """An event that this function does not serve, or an error whose own text may not be shown."""


def handle(event: Mapping[str, Any], context: Any = None) -> None:
    """Serve one event. An error fails the step, so that Secrets Manager tries the rotation again later."""
    name, owned = os.environ["PLATFORM"], json.loads(os.environ["KEYS"])
    try:
        if event.get("action") == "report":
            report(name, owned)
        else:
            take(name, owned, event)
    except (rotation.RotationError, InvalidInput, Refused) as error:
        say(name, error=str(error))
        raise
    except ClientError as error:
        # Its message is AWS's own, and may quote what was sent.
        refused = f"{error.operation_name} failed: {error.response['Error']['Code']}"
        say(name, error=refused)
        raise Refused(refused) from None
    except Exception as error:
        refused = f"unexpected {type(error).__name__}"
        say(name, error=refused)
        raise Refused(refused) from None


def report(name: str, owned: Mapping[str, int]) -> None:
    """Print how old the oldest value is, which a metric filter reads. Finish what a rotation left, and warn if the
    value is too old even so.

    Secrets Manager only tries a version again that still waits. It knows nothing of signalling that was stopped, nor of
    former values that were to be put back when this function ran out of time.
    """
    secret = rotation.read_secret(aws(name), owned)
    print(json.dumps({"source": "secret", "platform": name, "age_days": round(secret.age_days, 2)}), flush=True)
    try:
        rotation.Rotation(aws(name), owned, rotation_steps.ON_REQUEST, say=lambda text: say(name, message=text)).run()
    except (rotation.Postponed, rotation.Superseded) as error:
        # There is another day, or another run.
        say(name, message=str(error))
    age = rotation.read_secret(aws(name), owned).age_days
    if age > float(os.environ["OVERDUE_DAYS"]):
        warn(name, age)


def warn(name: str, age: float) -> None:
    """Send a message, every day anew: an alarm of CloudWatch would cost, and would say it once."""
    text = WARNING.format(name=name, age=age)
    boto3.client("sns", config=RETRIES).publish(
        TopicArn=os.environ["TOPIC"], Subject=f"{name}: rotation overdue"[:100], Message=text
    )
    say(name, message=text)


def take(name: str, owned: Mapping[str, int], event: Mapping[str, Any]) -> None:
    """Take one step of a rotation."""
    try:
        step, secret, token = STEPS[event["Step"]], event["SecretId"], event["ClientRequestToken"]
    except KeyError:
        raise Refused("the event is none of Secrets Manager's four steps") from None
    cloud = aws(name)
    found = cloud.describe()
    if secret not in (found.arn, found.name):
        raise Refused("the event is about another secret")
    label = event["Step"]
    if step is not rotation_steps.test_secret:
        done = step(cloud, owned, token, say=lambda text: say(name, step=label, message=text))
    elif rotation_steps.guard(cloud, token) and cloud.text(token) in (None, ""):
        # When its schedule is set, AWS calls this step alone, with a version that it makes and removes for that.
        say(name, step=label, message="the version is empty, so only the schedule is tested")
        done = True
    else:
        done = rotation_steps.test_secret(cloud, owned, token)
    say(name, step=label, message="done" if done else "nothing to do: this version is current")


@functools.cache
def aws(name: str) -> Aws:
    """The calls for this platform's secret and services. Kept as long as Lambda keeps the process."""
    clients = {
        "secretsmanager": "secretsmanager",
        "ecs": "ecs",
        "autoscaling": "application-autoscaling",
        "logs": "logs",
    }
    return Aws(
        os.environ["SECRET"],
        names.cluster(name),
        names.services(name),
        names.log_group(name),
        name,
        **{argument: boto3.client(service, config=RETRIES) for argument, service in clients.items()},
    )


def say(name: str, **fields: str) -> None:
    """Print a line."""
    print(json.dumps({"source": "rotation", "platform": name, **fields}), flush=True)
