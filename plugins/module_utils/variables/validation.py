# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of the facts of a deployment, all at once: one line a problem."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from .. import rules
from ..errors import InvalidInput
from .combinations import COMBINATIONS
from .facts import OTHER_NAMES, VARIABLES, Variable


def references(raw: Any) -> set[str]:
    """Names of the variables that a value is made from, given the value as it was before rendering."""
    if isinstance(raw, Mapping):
        return set().union(*(references(value) for value in raw.values()))
    if isinstance(raw, list):
        return set().union(*(references(value) for value in raw))
    return set(re.findall(r"\bjitsi_\w+", raw)) if isinstance(raw, str) and "{{" in raw else set()


def _sources(name: str, raw: Mapping[str, Any]) -> set[str]:
    """Names of all variables that a value is made from, over any number of steps; itself if it is a loop."""
    found: set[str] = set()
    queue = [name]
    while queue:
        new = references(raw.get(queue.pop())) - found
        found |= new
        queue += new
    return found


def problems(raw: Mapping[str, Any], rendered: Mapping[str, Any], errors: Mapping[str, str]) -> list[str]:
    """List everything wrong with the variables, one line each; none if all is right.

    ``raw`` has every ``jitsi_*`` variable before rendering, ``rendered`` those that could be rendered, and
    ``errors`` says of the others why not. What is made from a wrong value is not reported again.
    """
    checked = {name: _checked(name, variable, rendered, errors) for name, variable in VARIABLES.items()}
    wrong = {name for name, (_value, found) in checked.items() if found}
    values = {name: value for name, (value, found) in checked.items() if not found}
    lines: list[str] = []
    for name, (_value, found) in checked.items():
        if not references(raw.get(name)) & wrong or name in _sources(name, raw):
            lines += found
    for combination in COMBINATIONS:
        if values.keys() >= set(combination.reads):
            lines += combination.check(values)
    for name in sorted(set(raw) - {*VARIABLES, *OTHER_NAMES}):
        fix = rules.nearest(name, VARIABLES, "see docs/variables.md")
        lines.append(f"{rules.shown(name)[1:-1]}: is not a variable of this collection; {fix}")
    return lines


def older_names(names: Container[str]) -> list[str]:
    """List which names of older guides are set, with the name that is read instead.

    Not ``environment``: Ansible itself uses that name, and warns of it.
    """
    return [
        f"{variable.older_name} is not read; set {name} instead"
        for name, variable in VARIABLES.items()
        if variable.older_name not in ("", "environment") and variable.older_name in names
    ]


def _checked(
    name: str, variable: Variable, rendered: Mapping[str, Any], errors: Mapping[str, str]
) -> tuple[Any, list[str]]:
    """Return the value of one variable in its kind, and what is wrong with it."""
    if name in errors:
        return None, [f"{name}: cannot be rendered: {errors[name]}; correct the expression"]
    if name not in rendered or (variable.required and rendered[name] in (None, "")):
        return None, [f"{name}: is not set; set it in group_vars, for example to {variable.example}"]
    try:
        value = variable.rule.parse(rendered[name])
    except InvalidInput as error:
        return None, [rules.problem(name, rendered[name], str(error))]
    return value, list(variable.rule.check(name, value))
