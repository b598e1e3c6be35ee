# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A CloudFront distribution and the three policies that only it uses: how they are, and how to change one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from .. import names
from .._aws import cloudfront, runner, secretsmanager
from ..changes import Change, Fields, State
from ..errors import InvalidInput
from ..secret import document
from . import distribution

# Id of a policy in here -> (kind in the API, how people call it). The order of creation.
KINDS = {
    "oac": ("OriginAccessControl", "origin access control"),
    "headers_policy": ("ResponseHeadersPolicy", "response headers policy"),
    "cache_policy": ("CachePolicy", "cache policy"),
}
# In check mode, for the id of what does not exist yet and for the value that a secret will have.
PLANNED = "planned"


class Policies:
    """The policies of a distribution. ``params`` are the options of the module ``distribution``."""

    def __init__(self, api: Any, spelled: Mapping[str, str], params: Mapping[str, Any]) -> None:
        self.api, self.names, self.params = api, spelled, params
        self.found: dict[str, tuple[str, distribution.Config]] = {}

    def read(self) -> None:
        """Find the policies by their names."""
        for policy, (kind, _words) in KINDS.items():
            found = cloudfront.list_policies(self.api, kind).get(self.names[policy])
            if found:
                self.found[policy] = found

    def ids(self) -> dict[str, str]:
        """Their ids, as far as they exist."""
        return {policy: self.found[policy][0] if policy in self.found else PLANNED for policy in KINDS}

    def resources(self) -> dict[str, str]:
        """How each policy is called in changes: name -> id in here."""
        return {f"{words} {self.names[policy]}": policy for policy, (_kind, words) in KINDS.items()}

    def configs(self) -> dict[str, distribution.Config]:
        """The configuration that each shall have."""
        return {
            "oac": distribution.access_control(self.names["oac"]),
            "headers_policy": distribution.headers_policy(self.names["headers_policy"], self.params["frame_ancestors"]),
            "cache_policy": distribution.cache_policy(self.names["cache_policy"], self.params["cache_seconds"]),
        }

    def present(self) -> tuple[State, State]:
        """The policies as they are, and as they are wanted."""
        configs, resources = self.configs(), self.resources()
        current = {
            resource: distribution.view(self.found[policy][1], configs[policy])
            for resource, policy in resources.items()
            if policy in self.found
        }
        return current, {
            resource: distribution.view(configs[policy], configs[policy]) for resource, policy in resources.items()
        }

    def absent(self) -> State:
        """The policies that are there, to be removed."""
        return {
            resource: {"Name": self.names[policy]}
            for resource, policy in self.resources().items()
            if policy in self.found
        }

    def apply(self, change: Change) -> None:
        """Make one change."""
        policy = self.resources()[change.resource]
        kind, config = KINDS[policy][0], self.configs()[policy]
        if change.before is None:
            self.found[policy] = cloudfront.create_policy(self.api, kind, config), config
        elif change.after is None:
            cloudfront.delete_policy(self.api, kind, self.found[policy][0])
        else:
            cloudfront.update_policy(
                self.api, kind, self.found[policy][0], lambda current: distribution.overlay(current, config)
            )


class Distribution:
    """The distribution with its policies: how it is, and how to change it. Values of secret headers never leave it."""

    def __init__(self, module: Any) -> None:
        self.module, self.params, self.api = module, module.params, runner.client(module, "cloudfront")
        self.name: str = self.params["name"]
        self.resource = f"distribution {self.name}"
        spelled = {"oac": self.name, "headers_policy": self.name, "cache_policy": names.cache_policy(self.name)}
        self.policies = Policies(self.api, spelled, self.params)
        self.described: dict[str, Any] = {}
        self.config: distribution.Config = {}
        self.etag, self.tags = "", dict[str, str]()
        self.headers: dict[str, str] = {}

    def read(self) -> None:
        """Read the policies and the distribution. Raises InvalidInput if several have its name."""
        self.policies.read()
        found = [item for item in cloudfront.list_distributions(self.api) if item.get("Comment") == self.name]
        if len(found) > 1:
            ids = ", ".join(item["Id"] for item in found)
            raise InvalidInput(
                f"name {self.name}: the distributions {ids} all have this comment; change it in all but one"
            )
        if found:
            self.described = found[0]
            self.config, self.etag = cloudfront.read_config(self.api, self.described["Id"])
            self.tags = cloudfront.read_tags(self.api, self.described["ARN"])

    def read_headers(self) -> None:
        """Read the values of the secret headers."""
        documents: dict[str, dict[str, Any]] = {}
        for origin in self.params["origins"]:
            header = origin["secret_header"]
            if header is None:
                continue
            secret = header["secret_id"]
            if secret not in documents:
                _version, text = secretsmanager.read(runner.client(self.module, "secretsmanager"), secret)
                documents[secret] = document.parse(text, secret)
            value = documents[secret].get(header["key"])
            if not value and not self.module.check_mode:
                raise InvalidInput(
                    f"origin {origin['id']}: secret {secret} holds no value for {header['key']}; complete it first"
                )
            self.headers[origin["id"]] = str(value or PLANNED)

    def wanted(self) -> distribution.Config:
        """The configuration that it shall have."""
        return distribution.config(self.params, self.policies.ids(), self.headers)

    def present(self) -> tuple[State, State]:
        """The policies and the distribution, as they are and as they are wanted."""
        self.read_headers()
        current, wanted = (dict(state) for state in self.policies.present())
        config = self.wanted()
        wanted[self.resource] = {**distribution.fields(config, config, self.headers), "Tags": self.params["tags"]}
        if self.described:
            fields = distribution.fields(self.config, config, self.headers)
            current[self.resource] = {**fields, "Tags": self.tags}
        return current, wanted

    def disabled(self) -> tuple[State, State]:
        """Whether it answers, if it is there, and that it shall not."""
        current: State = {self.resource: {"Enabled": self.config["Enabled"]}} if self.described else {}
        return current, {name: {"Enabled": False} for name in current}

    def absent(self) -> tuple[State, State]:
        """The policies and the distribution that are there. Nothing is wanted."""
        current: dict[str, Fields] = dict(self.policies.absent())
        if self.described:
            # What is last goes first.
            current[self.resource] = {"Comment": self.name, "Aliases": self.config["Aliases"].get("Items", [])}
        return current, {}

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.resource != self.resource:
            self.policies.apply(change)
        elif change.after is None:
            self.delete()
        elif self.params["state"] == "disabled":
            self.disable()
        else:
            if change.before is None:
                created = {**distribution.overlay({}, self.wanted()), "CallerReference": str(uuid.uuid4())}
                self.described = cloudfront.create(self.api, created, self.params["tags"])
            else:
                self.update(change)
            if self.params["wait"]:
                self.wait()

    def update(self, change: Change) -> None:
        """Put back what differs."""
        if set(change.fields) - {"Tags"}:
            changed = distribution.overlay(self.config, self.wanted())
            cloudfront.update(self.api, self.described["Id"], changed, self.etag)
        if "Tags" in change.fields:
            cloudfront.tag(self.api, self.described["ARN"], self.tags, self.params["tags"])

    def disable(self) -> None:
        """Let it answer nobody."""
        self.config = {**self.config, "Enabled": False}
        self.etag = cloudfront.update(self.api, self.described["Id"], self.config, self.etag)

    def delete(self) -> None:
        """Disable it, wait and delete it."""
        if self.config["Enabled"]:
            self.disable()
        self.wait()
        cloudfront.delete(self.api, self.described["Id"], self.etag)
        self.described = {}

    def wait(self) -> None:
        """Wait until all edges have the configuration."""
        cloudfront.wait_deployed(self.api, self.described["Id"], self.params["wait_timeout"])
