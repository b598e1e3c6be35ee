#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: capacity_plan
version_added: 0.2.0
short_description: Simulate days of meetings to choose the scaling of a platform
description:
  - Runs days of meetings through a discrete-event model of the platform, once for each choice of its scaling, and
    compares the times, the load and the costs.
  - Makes no call to AWS. The same input gives the same result.
author: [meetops.jitsi contributors (@meetops)]
options:
  day:
    description: A ready-made day of meetings. Not used if O(meetings) are given.
    type: str
    choices: [meetup, office, school, empty]
    default: office
  meetings:
    description: The meetings of a day of your own.
    type: list
    elements: dict
    suboptions:
      start:
        description: Time of day, such as V("09:30").
        type: str
        required: true
      minutes:
        description: How long it lasts.
        type: int
        required: true
      participants:
        description: How many come.
        type: int
        required: true
      recorded:
        description: Whether it is recorded.
        type: bool
        default: false
  choices:
    description: What to compare. An option that is left out has the default of the platform.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What to call the choice in the table.
        type: str
        required: true
      scaling_percent:
        description: Use of CPU that scaling aims at.
        type: float
      scaling_cooldown_seconds:
        description: Seconds between two steps of scaling.
        type: float
      bridge_max:
        description: Most bridges at once.
        type: int
      bridge_participants:
        description: Participants that would take all of a bridge's CPU.
        type: float
      recorder_max:
        description: Most recorders at once. V(0) is a platform that cannot record.
        type: int
      idle_minutes:
        description: Minutes without anybody until the platform sleeps.
        type: float
  days:
    description: How many days to simulate for each choice. They differ by chance in when people come and tasks start.
    type: int
    default: 20
  signalling:
    description: Size of the signalling task, for the costs.
    type: dict
    default: {cpu: 1024, memory: 4096}
  bridge:
    description: Size of a bridge task, for the costs.
    type: dict
    default: {cpu: 4096, memory: 8192}
  recorder_instance_type:
    description: Instance type of recorders, for the costs. An unknown type adds no costs.
    type: str
    default: c6i.xlarge
  picture:
    description:
      - Where to draw the first day of each choice. The ending of the name says the format, such as C(.svg) or C(.png).
      - Needs matplotlib.
    type: path
attributes:
  check_mode:
    description: Simulates and compares, but draws no picture.
    support: full
  diff_mode:
    description: A picture has no diff.
    support: none
notes:
  - The assumptions of the model are listed in C(docs/capacity.md) of the collection.
  - Every run draws O(picture) anew. The module reports a change only if the content of the file changes.
"""

EXAMPLES = r"""
- name: Compare two targets of scaling on a day of one's own
  meetops.jitsi.capacity_plan:
    meetings:
      - { start: "09:00", minutes: 30, participants: 40 }
      - { start: "09:15", minutes: 60, participants: 25, recorded: true }
    choices:
      - { name: as it is }
      - { name: earlier, scaling_percent: 60 }
    picture: capacity.svg
  register: plan

- name: Show the table
  ansible.builtin.debug:
    msg: "{{ plan.table }}"
"""

RETURN = r"""
table:
  description: The comparison as lines of text; times in seconds are 95 of 100 and the longest.
  returned: success
  type: list
  elements: str
plans:
  description: Each choice by its name, with the figures that the table shows and more.
  returned: success
  type: dict
  sample:
    as it is:
      {bridges_most: 3, overload_minutes: 0.0, percent_crowded: 61.8, scale: {median: 188.0, p95: 230.1, most: 244.6}}
"""

import os
import tempfile
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity import choices, traces
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import prices

DAYS = range(1, 366)


def hourly(params: dict[str, Any]) -> dict[str, float | None]:
    """USD an hour of each kind of task, and of the traffic of a participant."""
    return {
        "signalling": prices.fargate_hour(int(params["signalling"]["cpu"]), int(params["signalling"]["memory"])),
        "bridge": prices.fargate_hour(int(params["bridge"]["cpu"]), int(params["bridge"]["memory"])),
        "recorder": prices.instance_hour(params["recorder_instance_type"]),
        "participant": prices.awake_cost([])["usd_hour_per_viewer"],
    }


def picture(module: AnsibleModule, plans: dict[str, Any]) -> bool:
    """Draw, and tell whether the file changes; in check mode it stays as it is."""
    path = module.params["picture"]
    if not path:
        return False
    with tempfile.TemporaryDirectory(dir=module.tmpdir) as directory:
        drawn = os.path.join(directory, os.path.basename(path))
        choices.draw(drawn, plans)
        changed = not os.path.exists(path) or module.sha256(drawn) != module.sha256(path)
        if changed and not module.check_mode:
            module.atomic_move(drawn, path)
        return changed


def plan(module: AnsibleModule) -> None:
    """Check the input, simulate, compare."""
    params = module.params
    if params["days"] not in DAYS:
        raise InvalidInput(f"days {params['days']}: out of range; give 1 to 365")
    if not params["choices"]:
        raise InvalidInput("choices []: there is nothing to compare; give at least one, such as {name: as it is}")
    meetings = traces.preset(params["day"]) if params["meetings"] is None else traces.parse(params["meetings"])
    settings = {item["name"]: choices.settings(f"choices {item['name']}", item) for item in params["choices"]}
    plans = {
        name: choices.evaluate(meetings, chosen, params["days"], hourly(params)) for name, chosen in settings.items()
    }
    changed = picture(module, plans)
    for row in plans.values():
        del row["rows"]
    module.exit_json(changed=changed, table=choices.table(plans), plans=plans)


def main() -> None:
    """Run the module."""
    choice = {option: {"type": "float"} for option in choices.OPTIONS}
    choice["bridge_max"] = choice["recorder_max"] = {"type": "int"}
    module = AnsibleModule(
        argument_spec={
            "day": {"type": "str", "choices": list(traces.PRESETS), "default": "office"},
            "meetings": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "start": {"type": "str", "required": True},
                    "minutes": {"type": "int", "required": True},
                    "participants": {"type": "int", "required": True},
                    "recorded": {"type": "bool", "default": False},
                },
            },
            "choices": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {"name": {"type": "str", "required": True}, **choice},
            },
            "days": {"type": "int", "default": 20},
            "signalling": {"type": "dict", "default": {"cpu": 1024, "memory": 4096}},
            "bridge": {"type": "dict", "default": {"cpu": 4096, "memory": 8192}},
            "recorder_instance_type": {"type": "str", "default": "c6i.xlarge"},
            "picture": {"type": "path"},
        },
        supports_check_mode=True,
    )
    try:
        plan(module)
    except InvalidInput as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
