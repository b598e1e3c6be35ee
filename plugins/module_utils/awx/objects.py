# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the objects in AWX that are defined, and changes them."""

from __future__ import annotations

import time
from typing import Any

from ..changes import Change, State, compare
from ..errors import InvalidInput
from . import state
from .client import Awx, AwxError

POLL_SECONDS = 2
UNFINISHED = ("new", "pending", "waiting", "running")


class Objects:
    """The objects that are defined: what AWX has of them, and how a change is made.

    ``params`` are the options of the module ``awx``.
    """

    def __init__(self, awx: Awx, params: dict[str, Any]) -> None:
        self.awx = awx
        self.organization = params["organization"]
        self.wait_seconds = params["wait_minutes"] * 60
        self.definitions = {kind.endpoint: params[kind.endpoint] for kind in state.KINDS}
        self.ids = state.Ids()
        self.items: dict[str, dict[str, Any]] = {}
        self.kinds = {
            state.resource(kind, definition): kind
            for kind in state.KINDS
            for definition in self.definitions[kind.endpoint]
        }
        self.synced: set[int] = set()

    def changes(self) -> list[Change]:
        """Read AWX, and compare it with what is wanted."""
        current = self.read()
        state.check(self.definitions, self.ids)
        return compare(current, state.wanted(self.definitions, self.organization), prune=True)

    def read(self) -> State:
        """The objects that are defined, as AWX has them. Notes the ids of all that are referred to."""
        names = state.names(self.definitions, self.organization)
        found = self.awx.find("organizations", [self.organization])
        if not found:
            raise InvalidInput(
                f"organization {self.organization!r}: AWX has none that this token may see; name another"
            )
        organization = found[0]["id"]
        self.ids.add("organizations", self.organization, organization)
        self._note_credentials(names["credentials"], organization)
        there: dict[str, Any] = {}
        for kind in state.KINDS:
            scope = {"organization": organization} if kind.within == "organization" else {}
            items = self.awx.find(kind.endpoint, names[kind.endpoint], **scope)
            for item in items:
                if kind.within in ("", "organization"):
                    self.ids.add(kind.endpoint, item["name"], item["id"])
            for definition in self.definitions[kind.endpoint]:
                for item in items:
                    if item["name"] == definition["name"] and self._is_within(kind, definition, item):
                        name = state.resource(kind, definition)
                        self.items[name] = item
                        there[name] = state.current(kind, item, self._survey(kind, item), self.ids)
        return there

    def _note_credentials(self, names: list[str], organization: int) -> None:
        for item in self.awx.find("credentials", names):
            if item["organization"] in (organization, None):
                if ("credentials", item["name"]) in self.ids.ids:
                    raise InvalidInput(f"credential {item['name']!r}: AWX has several of this name; rename one")
                self.ids.add("credentials", item["name"], item["id"])

    def _is_within(self, kind: state.Kind, definition: dict[str, Any], item: dict[str, Any]) -> bool:
        if kind.within in ("", "organization"):
            return True
        owner = self.ids.ids.get((kind.references[kind.within], definition[kind.within]))
        return bool(item[kind.within] == owner)

    def _survey(self, kind: state.Kind, item: dict[str, Any]) -> dict[str, Any]:
        if kind.endpoint != "job_templates":
            return {}
        return self.awx.request("GET", item["related"]["survey_spec"]) or {}

    def apply(self, change: Change) -> None:
        """Make one change."""
        kind = self.kinds[change.resource]
        if change.after is None:
            self.awx.request("DELETE", self.items[change.resource]["url"])
            return
        if kind.endpoint == "job_templates":
            self._wait_for_project(change.after["project"])
        body = state.payload(kind, {name: change.after[name] for name in change.fields}, self.ids)
        if change.before is None:
            self.items[change.resource] = item = self.awx.request("POST", self.awx.place(kind.endpoint), body)
            self.ids.add(kind.endpoint, item["name"], item["id"])
        else:
            item = self.items[change.resource]
            if body:
                self.awx.request("PATCH", item["url"], body)
        if "credentials" in change.fields:
            self._set_credentials(item, (change.before or {}).get("credentials", []), change.after["credentials"])
        if "survey_spec" in change.fields:
            if change.after["survey_spec"]:
                self.awx.request("POST", item["related"]["survey_spec"], change.after["survey_spec"])
            elif change.before:
                self.awx.request("DELETE", item["related"]["survey_spec"])

    def _set_credentials(self, item: dict[str, Any], before: list[str], after: list[str]) -> None:
        known = {each["name"]: each["id"] for each in item["summary_fields"].get("credentials", [])}
        for name in before:
            if name not in after:
                self.awx.request("POST", item["related"]["credentials"], {"id": known[name], "disassociate": True})
        for name in after:
            if name not in before:
                self.awx.request("POST", item["related"]["credentials"], {"id": self.ids.ids["credentials", name]})

    def _wait_for_project(self, name: str) -> None:
        number = self.ids.ids["projects", name]
        if number in self.synced:
            return
        path = f"{self.awx.place('projects')}{number}/"
        end = time.monotonic() + self.wait_seconds
        while (project := self.awx.request("GET", path))["status"] in UNFINISHED:
            if time.monotonic() > end:
                raise AwxError(
                    f"project {name}: its update takes longer than wait_minutes; look at it in AWX, run again"
                )
            time.sleep(POLL_SECONDS)
        if project["status"] not in ("successful", "ok"):
            raise AwxError(
                f"project {name}: AWX could not update it ({project['status']}); its last job there says why. Mend the "
                "address, branch or credential, and run again"
            )
        self.synced.add(number)
