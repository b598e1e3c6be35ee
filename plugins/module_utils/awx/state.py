# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWX has, as resources to compare: with names where its API has ids.

A definition is a dictionary of an object as the options of the module name its fields. A state maps a resource such as
``job template jitsi health`` to its fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..changes import Fields, State
from ..errors import InvalidInput

Definition = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of object.

    ``endpoint`` is its place in the API and the option of the module; ``references`` are its fields that name another
    object, with that one's endpoint; ``texts`` its dictionaries that AWX keeps as text; ``within`` the field that names
    the object in which names are unique.
    """

    endpoint: str
    label: str
    references: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    within: str = "organization"


# In the order of creation: what stands on another comes after it.
KINDS = (
    Kind(
        "execution_environments",
        "execution environment",
        {"organization": "organizations", "credential": "credentials"},
        within="",
    ),
    Kind("projects", "project", {"organization": "organizations", "credential": "credentials"}),
    Kind("inventories", "inventory", {"organization": "organizations"}),
    Kind(
        "inventory_sources",
        "inventory source",
        {"inventory": "inventories", "source_project": "projects", "execution_environment": "execution_environments"},
        within="inventory",
    ),
    Kind(
        "job_templates",
        "job template",
        {"inventory": "inventories", "project": "projects", "execution_environment": "execution_environments"},
        texts=("extra_vars",),
    ),
    Kind("schedules", "schedule", {"unified_job_template": "job_templates"}, within="unified_job_template"),
)
# These have requests of their own.
APART = ("credentials", "survey_spec")


@dataclass
class Ids:
    """The ids that were seen, by endpoint and name, and back."""

    ids: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, endpoint: str, name: str, number: int) -> None:
        """Note an object."""
        self.ids[endpoint, name] = number

    def name(self, endpoint: str, number: int | None) -> str | None:
        """The name of an id; of one that was not asked for its number."""
        if number is None:
            return None
        return next(
            (name for (where, name), known in self.ids.items() if (where, known) == (endpoint, number)), f"#{number}"
        )


def resource(kind: Kind, definition: Definition) -> str:
    """How an object is called in plans."""
    return f"{kind.label} {definition['name']}"


def names(definitions: Mapping[str, list[Definition]], organization: str) -> dict[str, list[str]]:
    """The names that are to be looked up, by endpoint: of what is defined, and of what it refers to."""
    found: dict[str, list[str]] = {"organizations": [organization], "credentials": []}
    for kind in KINDS:
        found.setdefault(kind.endpoint, [])
        for definition in definitions[kind.endpoint]:
            found[kind.endpoint].append(definition["name"])
            for endpoint, name in _references(kind, definition):
                found.setdefault(endpoint, []).append(name)
    return {endpoint: sorted(set(each)) for endpoint, each in found.items()}


def _references(kind: Kind, definition: Definition) -> Iterator[tuple[str, str]]:
    for name, endpoint in kind.references.items():
        if definition.get(name):
            yield endpoint, definition[name]
    for credential in definition.get("credentials") or []:
        yield "credentials", credential


def check(definitions: Mapping[str, list[Definition]], ids: Ids) -> None:
    """Refuse a reference to what neither is in AWX nor is defined."""
    made = {
        (kind.endpoint, definition["name"])
        for kind in KINDS
        for definition in definitions[kind.endpoint]
        if definition["state"] == "present"
    }
    for kind in KINDS:
        for definition in definitions[kind.endpoint]:
            if definition["state"] == "absent":
                continue
            for endpoint, name in _references(kind, definition):
                if (endpoint, name) not in made and (endpoint, name) not in ids.ids:
                    what = endpoint.replace("_", " ").removesuffix("s").replace("inventorie", "inventory")
                    raise InvalidInput(
                        f"{resource(kind, definition)}: there is no {what} {name!r} in AWX that this token may see; "
                        "make it there, or correct the name"
                    )


def wanted(definitions: Mapping[str, list[Definition]], organization: str) -> State:
    """What AWX is to have. Fields that are not given are left alone."""
    state: dict[str, Fields] = {}
    for kind in KINDS:
        for definition in definitions[kind.endpoint]:
            if definition["state"] == "present":
                fields = {name: value for name, value in definition.items() if name != "state" and value is not None}
                if "organization" in kind.references:
                    fields["organization"] = organization
                if "survey_spec" in fields:
                    fields["survey_enabled"] = bool(fields["survey_spec"])
                if "credentials" in fields:
                    fields["credentials"] = sorted(fields["credentials"])
                state[resource(kind, definition)] = fields
    return state


def current(kind: Kind, item: Mapping[str, Any], survey: Mapping[str, Any], ids: Ids) -> dict[str, Any]:
    """The fields of an object as AWX tells them, in the form of ``wanted``."""
    fields = {name: value for name, value in item.items() if name not in ("related", "summary_fields")}
    for name, endpoint in kind.references.items():
        fields[name] = ids.name(endpoint, item.get(name))
    for name in kind.texts:
        fields[name] = parsed(item.get(name) or "")
    if kind.endpoint == "job_templates":
        fields["survey_spec"] = dict(survey)
        fields["credentials"] = sorted(each["name"] for each in item["summary_fields"].get("credentials", []))
    return fields


def parsed(text: str) -> Any:
    """A dictionary that AWX keeps as JSON; text in another form stays text, which is never what is wanted."""
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return text


def payload(kind: Kind, fields: Fields, ids: Ids) -> dict[str, Any]:
    """Fields as the API takes them, without what has requests of its own."""
    body: dict[str, Any] = {}
    for name, value in fields.items():
        if name in APART:
            continue
        if name in kind.references:
            body[name] = ids.ids[kind.references[name], value] if value else None
        elif name in kind.texts:
            body[name] = json.dumps(value)
        else:
            body[name] = value
    return body
