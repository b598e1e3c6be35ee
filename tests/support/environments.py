# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Two platforms in one account, of which the one's name begins the other's, and whether a run touches the wrong one."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .recorder import is_mutating
from .replay import Request

Contents = Mapping[str, str]
# Ids that AWS gives: of networks, files, names.
ID = re.compile(r"\b(?:vpc|subnet|sg|igw|rtb|vpce|acl|fs|fsap|fsmt|eni|ns|srv|lt)-[0-9a-z]{8,}\b")
# Of several keys that were drawn, account.py marks the later ones.
ANOTHER = re.compile(r"\(drawn\)\++")
NUMBER = re.compile(r"/\d+(?=/|$)")


@dataclass(frozen=True)
class Environment:
    """A platform: its name, its domain, and the variables that differ from inventories/local."""

    name: str
    domain: str
    variables: dict[str, Any] = field(default_factory=dict)

    def words(self) -> str:
        """Pattern of its name and domain, and of no other's."""
        others = [item.name.removeprefix(self.name) for item in EVERY if item.name != self.name]
        longer = "|".join(re.escape(rest) for rest in others if rest.startswith("-"))
        name = rf"(?<![\w-]){re.escape(self.name)}{f'(?!{longer})' if longer else ''}"
        # In the name of the bucket, hyphens are in the place of the dots.
        return rf"{name}|(?<![\w-]){re.escape(self.domain)}|-{re.escape(self.domain.replace('.', '-'))}-"


PRODUCTION = Environment("jitsi-video-platform", "meet.example.com")
STAGING = Environment(
    "jitsi-video-platform-staging",
    "meet.staging.example.com",
    {
        "jitsi_name": "jitsi-video-platform-staging",
        "jitsi_domain": "meet.staging.example.com",
        "jitsi_environment": "staging",
        "jitsi_vpc_cidr": "10.91.0.0/16",
        "jitsi_subnets": [
            {"cidr": "10.91.0.0/24", "zone": "us-east-1a"},
            {"cidr": "10.91.1.0/24", "zone": "us-east-1b"},
        ],
    },
)
EVERY = (PRODUCTION, STAGING)


class Belongings:
    """What one platform has, from the contents of the account before and after it was built."""

    def __init__(self, environment: Environment, before: Contents, after: Contents) -> None:
        known = set(ID.findall(_text(before)))
        self.ids = set(ID.findall(_text(after))) - known
        self.words = re.compile("|".join([environment.words(), *sorted(self.ids)]))
        self.things = self.count(after)

    def count(self, contents: Contents) -> Counter[tuple[str, str]]:
        """What is there of it. The order of lists is left out: they hold what others have, too."""
        return Counter(
            (NUMBER.sub("/#", ANOTHER.sub("(drawn)", path)), value)
            for path, values in contents.items()
            for value in _items(values)
            if self.words.search(path) or self.words.search(value)
        )

    def differences(self, now: Contents) -> list[str]:
        """What is not there any more, or is there in addition."""
        found = self.count(now)
        lost, more = self.things - found, found - self.things
        return [f"lost {path}: {value}" for path, value in lost] + [f"new {path}: {value}" for path, value in more]

    def named_in(self, requests: Iterable[Request]) -> list[str]:
        """Requests that change something and name something of it."""
        return [request.name for request in requests if is_mutating(request.name) and self._names(request)]

    def _names(self, request: Request) -> bool:
        place = f"{request.environ.get('PATH_INFO', '')}?{request.environ.get('QUERY_STRING', '')}"
        return bool(self.words.search(f"{place}\n{request.body.decode('latin1')}"))


def _items(value: str) -> list[str]:
    """The items of a list of plain values, each for itself; whatever else it is as it is."""
    return [str(item) for item in ast.literal_eval(value)] if value.startswith("['") else [value]


def _text(contents: Contents) -> str:
    return "\n".join(f"{path} {value}" for path, value in contents.items())
