# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Surveys of AWX, made from what the playbooks say of their options (variables/options.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput
from ..rules import flag
from ..variables.options import Option, options

LONGEST_ANSWER = 1024
# What playbooks take that are careful while people meet; it is a fact of the deployment, no option of a playbook.
FORCE = {"jitsi_force": Option(flag(), "Although people meet or record: calls end, pages reload.", "true", "false")}


def survey(playbook: str, ask: Mapping[str, Any]) -> dict[str, Any]:
    """The survey of a job template: a question for each option of ``ask``, whose value is its default.

    Instead of a default there may be ``{default, choices, required}``. Raises InvalidInput for an option that the
    playbook does not have.
    """
    if not ask:
        return {}
    known = {**options(playbook), **FORCE}
    questions = []
    for name, asked in ask.items():
        if name not in known:
            raise InvalidInput(f"{name}: is not an option of {playbook}; use some of {', '.join(known)}")
        details = asked if isinstance(asked, Mapping) else {"default": asked}
        questions.append(_question(name, known[name], **details))
    return {"name": "", "description": "", "spec": questions}


def _question(
    name: str, option: Option, default: Any = None, choices: list[str] | None = None, required: bool = False
) -> dict[str, Any]:
    rule = option.rule
    offered = choices or (["true", "false"] if rule.kind == "bool" else [str(choice) for choice in rule.choices])
    question = {
        "question_name": option.description.rstrip("."),
        "question_description": f"{name}: {rule.allowed}",
        "variable": name,
        "required": required,
    }
    if offered:
        return {
            **question,
            "type": "multiplechoice",
            "choices": "\n".join(offered),
            "default": str(default).lower() if rule.kind == "bool" else str(default),
        }
    if rule.kind == "int":
        least, greatest = rule.limits or (None, None)
        return {**question, "type": "integer", "min": least, "max": greatest, "default": default}
    text = {**question, "type": "text", "min": 0, "max": LONGEST_ANSWER}
    return text if required else {**text, "default": str(default)}


def answers(spec: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to a survey for a schedule: ``given``, and what would hold anyway, in the kinds that AWX wants."""
    questions = {question["variable"]: question for question in spec.get("spec", [])}
    unknown = sorted(set(given) - set(questions))
    if unknown:
        raise InvalidInput(f"{', '.join(unknown)}: not asked by the survey; use some of {', '.join(questions)}")
    found = {name: question["default"] for name, question in questions.items() if "default" in question}
    for name, value in given.items():
        kind = questions[name]["type"]
        found[name] = int(value) if kind == "integer" else str(value).lower() if isinstance(value, bool) else str(value)
    return found
