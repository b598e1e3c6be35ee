# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A small AWX on the loopback interface: the part of its REST API, version 2, that keeps what can be launched.

As AWX does, it pages lists, filters them, answers with ``related`` links and ``summary_fields``, starts an update of a
new project, looks for playbooks in projects, checks surveys and schedules, and refuses what is wrong with 400 and the
reasons. Launching a job runs nothing: it only answers which variables the job would get.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from dateutil.rrule import rrulestr

from support.server import ROOT
from support.servers import Handler, serving

TOKEN = "token-of-the-tests"
PAGE_SIZE = 25
Item = dict[str, Any]
# Kind -> fields that are references, with the kind that they refer to.
REFERENCES: dict[str, dict[str, str]] = {
    "organizations": {},
    "credentials": {"organization": "organizations"},
    "execution_environments": {"organization": "organizations", "credential": "credentials"},
    "projects": {"organization": "organizations", "credential": "credentials"},
    "inventories": {"organization": "organizations"},
    "inventory_sources": {
        "inventory": "inventories",
        "source_project": "projects",
        "execution_environment": "execution_environments",
    },
    "job_templates": {
        "inventory": "inventories",
        "project": "projects",
        "execution_environment": "execution_environments",
    },
    "schedules": {"unified_job_template": "job_templates"},
}
NEEDED = {
    "execution_environments": ["name", "image"],
    "projects": ["name", "organization"],
    "inventories": ["name", "organization"],
    "inventory_sources": ["name", "inventory"],
    "job_templates": ["name", "project", "playbook"],
    "schedules": ["name", "rrule", "unified_job_template"],
}
DEFAULTS: dict[str, Item] = {
    "execution_environments": {"description": "", "pull": "", "credential": None, "organization": None},
    "projects": {
        **dict.fromkeys(("description", "scm_type", "scm_url", "scm_branch", "scm_revision"), ""),
        **dict.fromkeys(("scm_clean", "scm_update_on_launch"), False),
        "credential": None,
    },
    "inventories": {"description": "", "variables": "", "kind": "", "host_filter": None},
    "inventory_sources": {
        **dict.fromkeys(("description", "source", "source_path"), ""),
        **dict.fromkeys(("source_project", "execution_environment")),
        **dict.fromkeys(("overwrite", "overwrite_vars", "update_on_launch"), False),
    },
    "job_templates": {
        "description": "",
        "job_type": "run",
        "extra_vars": "",
        "forks": 0,
        "timeout": 0,
        **dict.fromkeys(("inventory", "execution_environment")),
        **dict.fromkeys(("diff_mode", "allow_simultaneous", "survey_enabled"), False),
        **dict.fromkeys((f"ask_{what}_on_launch" for what in ("job_type", "diff_mode", "variables")), False),
    },
    "schedules": {"description": "", "enabled": True, "extra_data": {}},
}
QUESTIONS = {"text": str, "textarea": str, "password": str, "multiplechoice": str, "integer": int}


class Refused(Exception):
    """What is answered instead: a status and a body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(body)
        self.status, self.body = status, body


class FakeAwx:
    """The objects by kind and id, and a server for them. ``calls`` has "METHOD path" of all that was asked."""

    def __init__(self) -> None:
        self.root = "/api/v2/"
        self.calls: list[str] = []
        self.items: dict[str, dict[int, Item]] = {kind: {} for kind in REFERENCES}
        self.surveys: dict[int, Item] = {}
        self.attached: dict[int, list[int]] = {}
        # How often an update of a project is seen running, and how it ends.
        self.update_polls, self.update_ends = 1, "successful"
        self.gateway = False
        self._last_id = 0
        self.add("organizations", name="Default")
        for name in ("aws-look", "aws-operate", "aws-site", "aws-destroy", "backup-password"):
            self.add("credentials", name=name, organization=1)
        awx = self

        class Controller(Handler):
            def do(self) -> None:
                text = self.body()
                try:
                    if (
                        not self.path.rstrip("/").endswith("/api")
                        and self.headers["Authorization"] != f"Bearer {TOKEN}"
                    ):
                        raise Refused(401, {"detail": "Authentication credentials were not provided."})
                    status, body = awx.handle(self.command, self.path, json.loads(text) if text else None)
                except Refused as refused:
                    status, body = refused.status, refused.body
                product = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}
                data = b"" if body is None else json.dumps(body).encode()
                self.answer(status, data, {"Content-Type": "application/json", **product})

            do_GET = do_POST = do_PATCH = do_DELETE = do

        self._handler = Controller

    @contextmanager
    def running(self) -> Iterator[FakeAwx]:
        """Serve it."""
        with serving(self._handler) as server:
            self.url = server.url
            yield self

    def mutating(self) -> list[str]:
        """The calls that may have changed something."""
        return [call for call in self.calls if not call.startswith("GET ")]

    def named(self, kind: str, name: str) -> Item:
        """The one object of a kind with this name."""
        (item,) = (item for item in self.items[kind].values() if item["name"] == name)
        return item

    def add(self, kind: str, /, **fields: Any) -> int:
        """Put an object there."""
        self._last_id += 1
        self.items[kind][self._last_id] = {"id": self._last_id, **DEFAULTS.get(kind, {}), **fields}
        return self._last_id

    # --- The API

    def handle(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Answer a request."""
        self.calls.append(f"{method} {path}")
        place, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if place.rstrip("/") == "/api":
            if self.gateway:
                return 200, {"description": "AAP gateway REST API", "apis": {"controller": "/api/controller/"}}
            return 200, {"description": "AWX REST API", "current_version": self.root}
        if self.gateway and place == "/api/controller/":
            return 200, {"description": "AWX REST API", "current_version": "/api/controller/v2/"}
        self.root = "/api/controller/v2/" if self.gateway else "/api/v2/"
        parts = place.removeprefix(self.root).strip("/").split("/")
        if not place.startswith(self.root) or parts[0] not in (*self.items, "unified_job_templates"):
            raise Refused(404, {"detail": "The requested resource could not be found."})
        kind = "job_templates" if parts[0] == "unified_job_templates" else parts[0]
        if len(parts) == 1:
            return (200, self._page(kind, path, query)) if method == "GET" else (201, self._create(kind, body))
        item = self.items[kind].get(int(parts[1]))
        if item is None:
            raise Refused(404, {"detail": "Not found."})
        if len(parts) == 3:
            return self._part(method, kind, item, parts[2], body)
        if method == "GET":
            return 200, self._seen(kind, item)
        if method == "PATCH":
            self._check(kind, {**item, **body}, item["id"])
            item.update(body)
            if kind == "projects" and {"scm_url", "scm_branch"} & set(body):
                item["polls"] = self.update_polls
            return 200, self._seen(kind, item)
        self._delete(kind, item["id"])
        return 204, None

    def _page(self, kind: str, path: str, query: dict[str, list[str]]) -> Item:
        number, size = int(query.pop("page", ["1"])[0]), int(query.pop("page_size", [str(PAGE_SIZE)])[0])
        either = [
            (name.removeprefix("or__"), value) for name in query if name.startswith("or__") for value in query[name]
        ]
        found = [
            item
            for item in self.items[kind].values()
            if all(
                str(self._field(kind, item, name)) in values
                for name, values in query.items()
                if not name.startswith("or__")
            )
            and (not either or any(str(self._field(kind, item, name)) == value for name, value in either))
        ]
        more = len(found) > number * size
        pairs = [pair for pair in parse_qsl(urlsplit(path).query) if pair[0] != "page"]
        return {
            "count": len(found),
            "next": f"{urlsplit(path).path}?{urlencode([*pairs, ('page', number + 1)])}" if more else None,
            "previous": None,
            "results": [self._seen(kind, item) for item in found[(number - 1) * size : number * size]],
        }

    def _field(self, kind: str, item: Item, name: str) -> Any:
        if kind == "job_templates" and name == "organization":
            return self.items["projects"][item["project"]]["organization"]
        if name not in item:
            raise Refused(400, {"detail": f"{kind} has no field named '{name}'"})
        return item[name]

    def _seen(self, kind: str, item: Item) -> Item:
        place = f"{self.root}{kind}/{item['id']}/"
        shown = {**item, "type": kind.removesuffix("s").replace("inventorie", "inventory"), "url": place, "related": {}}
        shown["summary_fields"] = {
            field: {"id": item[field], "name": self.items[other][item[field]]["name"]}
            for field, other in REFERENCES[kind].items()
            if item.get(field)
        }
        if kind == "projects":
            running = item.get("polls", 0) > 0
            item["polls"] = item.get("polls", 0) - 1
            shown["status"] = "running" if running else self.update_ends
        if kind == "job_templates":
            shown["related"] = {"survey_spec": f"{place}survey_spec/", "credentials": f"{place}credentials/"}
            shown["summary_fields"]["credentials"] = [
                {"id": number, "name": self.items["credentials"][number]["name"]}
                for number in self.attached.get(item["id"], [])
            ]
        return shown

    def _create(self, kind: str, body: Item) -> Item:
        self._check(kind, {**DEFAULTS[kind], **body}, None)
        number = self.add(kind, **body)
        if kind == "projects":
            self.items[kind][number]["polls"] = self.update_polls
        return self._seen(kind, self.items[kind][number])

    def _delete(self, kind: str, number: int) -> None:
        del self.items[kind][number]
        if kind == "job_templates":
            schedules = self.items["schedules"]
            for schedule in [each for each in schedules.values() if each["unified_job_template"] == number]:
                del schedules[schedule["id"]]

    def _part(self, method: str, kind: str, item: Item, part: str, body: Any) -> tuple[int, Any]:
        if (kind, part) == ("job_templates", "survey_spec"):
            if method == "POST":
                check_survey(body)
                self.surveys[item["id"]] = body
            elif method == "DELETE":
                self.surveys.pop(item["id"], None)
            return 200, self.surveys.get(item["id"], {}) if method == "GET" else None
        if (kind, part) == ("job_templates", "credentials"):
            attached = self.attached.setdefault(item["id"], [])
            if method == "GET":
                found = [self._seen("credentials", self.items["credentials"][number]) for number in attached]
                return 200, {"count": len(found), "next": None, "previous": None, "results": found}
            if body.get("disassociate"):
                attached.remove(body["id"])
            else:
                attached.append(body["id"])
            return 204, None
        if (kind, part) == ("job_templates", "launch") and method == "POST":
            return 201, {"job": 1, "extra_vars": json.dumps(self._variables(item, (body or {}).get("extra_vars", {})))}
        if part.startswith("notification_templates_") or part in ("labels", "instance_groups"):
            return 200, {"count": 0, "next": None, "previous": None, "results": []}
        raise Refused(404, {"detail": "The requested resource could not be found."})

    # --- What is refused

    def _check(self, kind: str, item: Item, number: int | None) -> None:
        faults: dict[str, list[str]] = {}
        for field in NEEDED[kind]:
            if not item.get(field):
                faults[field] = ["This field is required."]
        for field, other in REFERENCES[kind].items():
            if item.get(field) and item[field] not in self.items[other]:
                faults[field] = [f'Invalid pk "{item[field]}" - object does not exist.']
        if unknown := set(item) - {"id", "polls", "name", *DEFAULTS[kind], *REFERENCES[kind], *NEEDED[kind]}:
            faults["unknown"] = sorted(unknown)
        if faults:
            raise Refused(400, faults)
        same = [each for each in self.items[kind].values() if each["name"] == item["name"] and each["id"] != number]
        if same and kind in ("execution_environments", "projects", "inventories"):
            raise Refused(400, {"__all__": [f"{kind} with this Name already exists."]})
        if kind == "job_templates":
            if not (ROOT / item["playbook"]).is_file() or self._is_updating(item["project"]):
                raise Refused(400, {"playbook": ["Playbook not found for project."]})
            if item["extra_vars"]:
                json.loads(item["extra_vars"])
        if kind == "schedules":
            check_rule(item["rrule"])
            template = self.items["job_templates"][item["unified_job_template"]]
            self._variables(template, item["extra_data"])

    def _is_updating(self, project: int) -> bool:
        return bool(self.items["projects"][project].get("polls", 0) > 0)

    def _variables(self, template: Item, given: Item) -> Item:
        """The variables of a job, as AWX mixes them: the template's, then the survey's defaults, then those given."""
        spec = self.surveys.get(template["id"], {}).get("spec", []) if template["survey_enabled"] else []
        faults, rest = [], dict(given)
        for question in spec:
            name, value = question["variable"], rest.pop(question["variable"], None)
            if value is None and question["required"]:
                faults.append(f"'{name}' value missing")
            elif value is not None:
                faults += answer_faults(question, value)
        if faults:
            raise Refused(400, {"variables_needed_to_start": faults})
        if rest and not template["ask_variables_on_launch"]:
            words = f"Variables {', '.join(rest)} are not allowed on launch."
            raise Refused(400, {"extra_vars": [words]})
        own = json.loads(template["extra_vars"] or "{}")
        return {**own, **{each["variable"]: each["default"] for each in spec if "default" in each}, **given}


def check_survey(survey: Item) -> None:
    """Refuse what AWX refuses in a survey."""
    for field, kind in (("name", str), ("description", str), ("spec", list)):
        if not isinstance(survey.get(field), kind):
            raise Refused(400, {"error": f"Field '{field}' is missing from survey spec."})
    if not survey["spec"]:
        raise Refused(400, {"error": "'spec' doesn't contain any items."})
    for number, question in enumerate(survey["spec"]):
        for field in ("type", "question_name", "variable", "required"):
            if not isinstance(question.get(field), bool if field == "required" else str):
                raise Refused(400, {"error": f"'{field}' missing from survey question {number}"})
        default, kind = question.get("default", ""), question["type"]
        if kind not in QUESTIONS or (default != "" and not isinstance(default, QUESTIONS[kind])):
            raise Refused(400, {"error": f"Default value {default} in survey question {number} expected to be {kind}."})
        if any(not isinstance(question.get(limit), int | None) for limit in ("min", "max")):
            raise Refused(400, {"error": f"The limit in survey question {number} expected to be integer."})
        if kind == "multiplechoice" and (default not in question["choices"].splitlines()):
            raise Refused(400, {"error": "Default choice must be answered from the choices listed."})


def answer_faults(question: Item, value: Any) -> list[str]:
    """What AWX finds wrong with an answer."""
    name, kind = question["variable"], question["type"]
    if type(value) is not QUESTIONS[kind]:
        return [f"Value {value} for '{name}' expected to be {kind}."]
    if kind == "multiplechoice":
        return (
            []
            if value in question["choices"].splitlines()
            else [f"Value {value} for '{name}' expected to be one of them."]
        )
    size = value if kind == "integer" else len(value)
    if question["min"] is not None and size < question["min"]:
        return [f"'{name}' value {value} is too small."]
    return [f"'{name}' value {value} is too large."] if question["max"] is not None and size > question["max"] else []


def check_rule(rule: str) -> None:
    """Refuse what AWX refuses in the rule of a schedule."""
    faults = []
    if len(re.findall(r"DTSTART(?:;[^:]+)?:[0-9]+T[0-9]+Z?", rule)) != 1:
        faults.append("Valid DTSTART required in rrule.")
    if re.search(r"DTSTART:[0-9]+T[0-9]+ ", rule):
        faults.append("DTSTART cannot be a naive datetime.")
    if "RRULE:" not in rule or "INTERVAL" not in rule or "SECONDLY" in rule:
        faults.append("INTERVAL required in rrule")
    if re.search(r"BYDAY[:=][0-9]+[a-zA-Z]{2}", rule):
        faults.append("BYDAY with numeric prefix not supported")
    try:
        if any(each._dtstart.tzinfo is None for each in rrulestr(rule, forceset=True)._rrule):
            faults.append("A valid TZID must be provided (e.g., America/New_York)")
    except ValueError as error:
        faults.append(f"rrule parsing failed validation: {error}")
    if faults:
        raise Refused(400, {"rrule": faults})
