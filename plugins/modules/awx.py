#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: awx
version_added: 0.4.0
short_description: Keep job templates, their surveys and schedules, and what they need, in AWX
description:
  - Keeps execution environments, projects, inventories with their sources, job templates with credentials and surveys,
    and schedules in AWX, or in the automation controller of AAP.
  - The definitions are those of C(awx.awx), with names of other objects instead of ids. Fields that are not given are
    left alone. Credentials and the organization must be there already.
  - All objects of a project are compared in one run. A plan can be made for a controller that has none of them yet.
  - Job templates wait for the first update of their project, since AWX looks for their playbooks in it.
author: [meetops.jitsi contributors (@meetops)]
options:
  host:
    description:
      - Address of AWX. Its value is taken from the environment variable E(CONTROLLER_HOST) or E(AAP_HOSTNAME) if it is
        not given. Only C(https), unless it is this machine.
    type: str
  token:
    description:
      - A token of scope C(write), of a user who is an administrator of the organization. Its value is taken from the
        environment variable E(CONTROLLER_OAUTH_TOKEN) or E(AAP_TOKEN) if it is not given, which is the better place.
    type: str
  validate_certs:
    description:
      - Whether the certificate of AWX must be valid. Its value is taken from the environment variable
        E(CONTROLLER_VERIFY_SSL) if it is not given.
    type: bool
    default: true
  organization:
    description: Name of the organization that all objects belong to.
    type: str
    default: Default
  execution_environments:
    description: Images that jobs run in.
    type: list
    elements: dict
    default: []
    suboptions:
      name: &name
        description: Its name.
        type: str
        required: true
      description: &description
        description: What it is for.
        type: str
      image:
        description: Registry, path and tag of the image.
        type: str
      pull:
        description: When the image is pulled.
        type: str
        choices: [always, missing, never]
      credential:
        description: Name of the credential for the registry.
        type: str
      state: &state
        description: V(absent) removes it.
        type: str
        choices: [present, absent]
        default: present
  projects:
    description: Repositories with playbooks.
    type: list
    elements: dict
    default: []
    suboptions:
      name: *name
      description: *description
      scm_type:
        description: How the repository is read.
        type: str
        choices: [git]
      scm_url:
        description: Address of the repository.
        type: str
      scm_branch:
        description: Branch, tag or commit.
        type: str
      scm_update_on_launch:
        description: Whether each job takes the newest.
        type: bool
      scm_clean:
        description: Whether changes of files are undone before an update.
        type: bool
      credential:
        description: Name of the credential for the repository.
        type: str
      state: *state
  inventories:
    description: Inventories.
    type: list
    elements: dict
    default: []
    suboptions:
      name: *name
      description: *description
      state: *state
  inventory_sources:
    description: Where inventories are filled from.
    type: list
    elements: dict
    default: []
    suboptions:
      name: *name
      description: *description
      inventory:
        description: Name of the inventory.
        type: str
        required: true
      source:
        description: Of which kind it is.
        type: str
        choices: [scm]
      source_project:
        description: Name of the project that has the inventory file.
        type: str
      source_path:
        description: Path of the inventory file in the project.
        type: str
      execution_environment:
        description: Name of the execution environment that reads it.
        type: str
      overwrite:
        description: Whether hosts and groups that are no longer in the file go.
        type: bool
      overwrite_vars:
        description: Whether variables that are no longer in the file go.
        type: bool
      update_on_launch:
        description: Whether it is read before each job.
        type: bool
      state: *state
  job_templates:
    description: What can be launched.
    type: list
    elements: dict
    default: []
    suboptions:
      name: *name
      description: *description
      job_type:
        description: Whether jobs change something, or only say what they would change.
        type: str
        choices: [run, check]
      project:
        description: Name of the project.
        type: str
      playbook:
        description: Path of the playbook in the project.
        type: str
      inventory:
        description: Name of the inventory.
        type: str
      execution_environment:
        description: Name of the execution environment.
        type: str
      credentials:
        description: Names of all credentials. Others are taken away.
        type: list
        elements: str
      extra_vars:
        description: Variables of every job. They can be seen in AWX, so no secrets.
        type: dict
      timeout:
        description: Seconds until AWX cancels a job.
        type: int
      diff_mode:
        description: Whether jobs show differences.
        type: bool
      ask_job_type_on_launch:
        description: Whether whoever launches chooses between run and check.
        type: bool
      ask_diff_mode_on_launch:
        description: Whether whoever launches chooses to see differences.
        type: bool
      ask_variables_on_launch:
        description: Whether whoever launches, and every schedule, may set any variable.
        type: bool
      allow_simultaneous:
        description: Whether two jobs of it may run at once.
        type: bool
      survey_spec:
        description: The questions, as AWX has them (C(name), C(description), C(spec)). Empty removes them.
        type: dict
      state: *state
  schedules:
    description: When what is launched.
    type: list
    elements: dict
    default: []
    suboptions:
      name: *name
      description: *description
      unified_job_template:
        description: Name of the job template.
        type: str
        required: true
      rrule:
        description: When, as a rule of RFC 5545 with C(DTSTART).
        type: str
      extra_data:
        description: The answers to the survey.
        type: dict
      enabled:
        description: Whether it runs.
        type: bool
      state: *state
  wait_minutes:
    description: How long to wait for an update of the project.
    type: int
    default: 10
notes:
  - C(awx.awx) (release 24.6.1) is in release 12 of the package C(ansible) and not in release 14. In check mode its
    C(job_template) fails where the project is not there yet, and its C(schedule) with a C(TypeError) where the job
    template is not, so no plan can be made for a new controller; neither returns a diff. Each of its modules keeps one
    object, which here are thirty processes. After its modules ran with the same definitions, this one changes nothing.
  - The token is sent to O(host) only, even if that host redirects.
extends_documentation_fragment: [meetops.jitsi.common]
"""

EXAMPLES = r"""
- name: AWX can look at the platform, and does so every Monday
  meetops.jitsi.awx:
    host: https://awx.example.com
    organization: Meetings
    projects:
      - name: jitsi
        scm_type: git
        scm_url: https://git.example.com/ops/jitsi.git
        scm_branch: main
    inventories:
      - name: jitsi
    inventory_sources:
      - name: jitsi
        inventory: jitsi
        source: scm
        source_project: jitsi
        source_path: inventories/production/hosts.yml
        update_on_launch: true
    job_templates:
      - name: jitsi health
        project: jitsi
        playbook: playbooks/runbooks/health.yml
        inventory: jitsi
        credentials: [aws-look]
        survey_spec:
          name: ""
          description: ""
          spec:
            - variable: health_fails
              question_name: Whether it fails if something is bad
              type: multiplechoice
              choices: "true\nfalse"
              default: "true"
              required: false
    schedules:
      - name: jitsi health
        unified_job_template: jitsi health
        rrule: DTSTART;TZID=Europe/Berlin:20260101T063000 RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO
"""

RETURN = r"""
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: job template jitsi health, action: create, fields: [name, playbook]}]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule, env_fallback
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import finish
from ansible_collections.meetops.jitsi.plugins.module_utils.awx.client import Awx, AwxError
from ansible_collections.meetops.jitsi.plugins.module_utils.awx.objects import Objects
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput

TEXT = {"type": "str"}
FLAG = {"type": "bool"}
COMMON = {
    "name": {"type": "str", "required": True},
    "description": TEXT,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
DEFINITIONS: dict[str, dict[str, Any]] = {
    "execution_environments": {
        "image": TEXT,
        "pull": {"type": "str", "choices": ["always", "missing", "never"]},
        "credential": TEXT,
    },
    "projects": {
        "scm_type": {"type": "str", "choices": ["git"]},
        "scm_url": TEXT,
        "scm_branch": TEXT,
        "scm_update_on_launch": FLAG,
        "scm_clean": FLAG,
        "credential": TEXT,
    },
    "inventories": {},
    "inventory_sources": {
        "inventory": {"type": "str", "required": True},
        "source": {"type": "str", "choices": ["scm"]},
        "source_project": TEXT,
        "source_path": TEXT,
        "execution_environment": TEXT,
        "overwrite": FLAG,
        "overwrite_vars": FLAG,
        "update_on_launch": FLAG,
    },
    "job_templates": {
        "job_type": {"type": "str", "choices": ["run", "check"]},
        "project": TEXT,
        "playbook": TEXT,
        "inventory": TEXT,
        "execution_environment": TEXT,
        "credentials": {"type": "list", "elements": "str"},
        "extra_vars": {"type": "dict"},
        "timeout": {"type": "int"},
        "diff_mode": FLAG,
        "ask_job_type_on_launch": FLAG,
        "ask_diff_mode_on_launch": FLAG,
        "ask_variables_on_launch": FLAG,
        "allow_simultaneous": FLAG,
        "survey_spec": {"type": "dict"},
    },
    "schedules": {
        "unified_job_template": {"type": "str", "required": True},
        "rrule": TEXT,
        "extra_data": {"type": "dict"},
        "enabled": FLAG,
    },
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "fallback": (env_fallback, ["CONTROLLER_HOST", "AAP_HOSTNAME"])},
            "token": {
                "type": "str",
                "no_log": True,
                "fallback": (env_fallback, ["CONTROLLER_OAUTH_TOKEN", "AAP_TOKEN"]),
            },
            "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["CONTROLLER_VERIFY_SSL"])},
            "organization": {"type": "str", "default": "Default"},
            "wait_minutes": {"type": "int", "default": 10},
            **{
                name: {"type": "list", "elements": "dict", "default": [], "options": {**COMMON, **options}}
                for name, options in DEFINITIONS.items()
            },
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        objects = Objects(Awx(params["host"] or "", params["token"] or "", params["validate_certs"]), params)
        finish(module, objects.changes(), objects.apply)
    except (InvalidInput, AwxError) as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
