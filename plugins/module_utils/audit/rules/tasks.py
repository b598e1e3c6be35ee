# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about tasks and images."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import image_ages
from .common import Found, State, Wanted, finding

# Whose values should come from the secret document.
SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|PRIVATE_?KEY", re.IGNORECASE)


def image_age(state: State, wanted: Wanted) -> Iterator[Found]:
    """An image is old, so that it lacks what was fixed since."""
    for item in state["images"]:
        age = image_ages.age_days(item["image"], wanted.today)
        if age is None:
            yield finding(
                "info",
                "tasks/image-unknown",
                item["image"],
                f"It is not known how old an image is: {item['image']}",
                f"container {item['container']} of {item['task']}; its release is not in the table of this collection",
                "Look its release up; a newer release of this collection may know it.",
            )
        elif age > wanted.image_days:
            yield finding(
                "medium",
                "tasks/image-age",
                item["image"],
                f"An image is {age} days old: {item['image']}",
                f"container {item['container']} of {item['task']}; {wanted.image_days} days are allowed",
                "Run playbooks/runbooks/update_images.yml.",
            )


def image_unpinned(state: State, _wanted: Wanted) -> Iterator[Found]:
    """An image is named such that it may be another one tomorrow."""
    for item in state["images"]:
        moves = image_ages.parts(item["image"])[1] in ("", "latest", "stable", "unstable")
        if moves and "@sha256:" not in item["image"]:
            yield finding(
                "medium",
                "tasks/image-unpinned",
                item["image"],
                f"An image is not pinned: {item['image']}",
                f"container {item['container']} of {item['task']}",
                "Name a release; site.yml --tags ecs_service puts back the one of the variables.",
            )


def plain_secrets(state: State, _wanted: Wanted) -> Iterator[Found]:
    """A task definition has a secret in its environment, where everybody who may read the definition sees it."""
    for item in state["containers"]:
        for name in item["environment"]:
            if SECRET_NAME.search(name):
                yield finding(
                    "high",
                    "tasks/plain-secret",
                    f"{item['task']} {item['container']} {name}",
                    f"A secret may be in the open in {item['task']}",
                    f"the container {item['container']} gets {name} as plain text",
                    "Put it into the secret document, rotate it, and deregister the old revisions.",
                )


def privileged(state: State, _wanted: Wanted) -> Iterator[Found]:
    """A container has all rights on its host."""
    for item in state["containers"]:
        if item["privileged"]:
            yield finding(
                "medium",
                "tasks/privileged",
                f"{item['task']} {item['container']}",
                f"A container of {item['task']} is privileged",
                f"the container {item['container']}",
                "site.yml --tags ecs_service takes it back.",
            )


def shells(state: State, _wanted: Wanted) -> Iterator[Found]:
    """ECS Exec is on: whoever may call ExecuteCommand reads all secrets of the containers."""
    for item in state["services"]:
        if item["execute_command"]:
            yield finding(
                "medium",
                "tasks/exec",
                item["name"],
                f"Shells in the containers of {item['name']} are allowed",
                "enableExecuteCommand is on",
                "site.yml --tags ecs_service switches it off.",
            )
