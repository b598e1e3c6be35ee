#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
module: check_variables
version_added: 0.1.0
author: [meetops.jitsi contributors (@meetops)]
short_description: Check the variables of a deployment before anything is called
description:
  - Checks every C(jitsi_*) variable of the host by itself (kind, range, form) and together with others (Fargate sizes,
    subnets in the VPC, domain in the hosted zone, and so on).
  - Fails with one message that has a line for each problem, naming the variable, the value and the fix.
  - A C(jitsi_*) variable that the collection does not know is a problem too, so a misspelt name is never ignored.
  - The table in docs/variables.md has every variable with what it may be.
options:
  playbook:
    description:
      - Checks the options of a playbook of this collection too, as C(scale) for C(scale_to) and all that begins with
        C(scale_).
      - An option that it does not know is a problem, so a misspelt one is never ignored.
    type: str
    version_added: 0.4.0
  role:
    description:
      - Checks the inputs of a role of this collection instead, as C(networking) for C(networking_vpc_cidr). The roles
        do this themselves.
    type: str
    version_added: 0.4.0
notes:
  - Runs in the process of C(ansible-playbook), calls nothing and needs no credentials.
  - M(ansible.builtin.validate_argument_spec) is not used because it stops at the kind of a value and reports neither
    ranges, nor combinations, nor unknown names, nor a fix.
extends_documentation_fragment: [meetops.jitsi.common.info]
"""

EXAMPLES = r"""
- name: Check the variables of the deployment
  meetops.jitsi.check_variables:

- name: Check them and the options of this playbook
  meetops.jitsi.check_variables:
    playbook: scale
"""

RETURN = r"""
msg:
  description: What is wrong, one problem a line, after a line of introduction.
  returned: failure
  type: str
  sample: |-
    Correct these variables and run again:
    jitsi_task_memory: 9000 is not offered by Fargate with jitsi_task_cpu 4096; use 8192 to 30720 in steps of 1024
"""
