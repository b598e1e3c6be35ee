#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: report
version_added: 0.3.0
short_description: Write a review or an audit as a page and as a PDF
description:
  - Writes what M(meetops.jitsi.review_info) or M(meetops.jitsi.audit_info) found as one HTML page with plots, which
    needs no other file and no network, and as a PDF for print.
  - Makes no call to AWS. The same facts give the same files.
author: [meetops.jitsi contributors (@meetops)]
options:
  kind:
    description: What O(facts) are.
    type: str
    choices: [review, audit]
    required: true
  facts:
    description: C(review) of M(meetops.jitsi.review_info) or C(audit) of M(meetops.jitsi.audit_info).
    type: dict
    required: true
  html:
    description: Where to write the page. Its directory is made if it is not there.
    type: path
  pdf:
    description: Where to write the PDF. Its directory is made if it is not there.
    type: path
  template:
    description:
      - Jinja2 template of the page. It is given C(report) (plain data), C(picture(plot)), C(colors) and C(fixed) (for
        print), and escapes what it prints.
    type: path
    required: true
requirements:
  - jinja2, which Ansible brings
  - matplotlib
  - WeasyPrint 68 or newer, for O(pdf)
attributes:
  check_mode:
    description: Reports whether a file would change, and writes none.
    support: full
  diff_mode:
    description: A page or PDF has no useful diff.
    support: none
notes:
  - What the libraries need is in C(requirements-reports.txt) of the collection's repository.
  - Both files are for their owner only (mode 0600), since an audit tells of weaknesses.
"""

EXAMPLES = r"""
- name: Look at the last month
  meetops.jitsi.review_info:
    name: jitsi-video-platform
    bridge_max: 3
    tasks:
      - { name: signalling, cpu: 1024, memory: 4096 }
      - { name: bridge, cpu: 4096, memory: 8192 }
  register: info

- name: Write it down
  meetops.jitsi.report:
    kind: review
    facts: "{{ info.review }}"
    html: review.html
    pdf: review.pdf
    template: templates/report.html.j2
"""

RETURN = r"""
files:
  description: The files that were asked for.
  returned: success
  type: list
  elements: str
  sample: [review.html, review.pdf]
"""

import os
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.meetops.jitsi.plugins.module_utils.audit import report as audit_report
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.report import page
from ansible_collections.meetops.jitsi.plugins.module_utils.review import report as review_report


def read_template(path: str) -> str:
    """The text of the template."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise InvalidInput(f"template {path}: cannot be read ({error}); give a file") from error


def put(module: AnsibleModule, path: str, content: bytes) -> bool:
    """Write a file as a whole unless it is so already; tells whether it changes."""
    if os.path.exists(path):
        with open(path, "rb") as file:
            if file.read() == content:
                return bool(module.set_mode_if_different(path, 0o600, False))
    if not module.check_mode:
        try:
            os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        except OSError as error:
            raise InvalidInput(f"{path}: its directory cannot be made ({error}); give another path") from error
        handle, temporary = tempfile.mkstemp(dir=module.tmpdir)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        module.atomic_move(temporary, path)
        module.set_mode_if_different(path, 0o600, False)
    return True


def write(module: AnsibleModule) -> None:
    """Make the report and write what was asked for."""
    params = module.params
    template = read_template(params["template"])
    made = {"review": review_report, "audit": audit_report}[params["kind"]].report(params["facts"])
    contents = {}
    if params["html"]:
        contents[params["html"]] = page.html(made, template).encode()
    if params["pdf"]:
        contents[params["pdf"]] = page.pdf(made, template)
    changed = [put(module, path, content) for path, content in contents.items()]
    module.exit_json(changed=any(changed), files=list(contents))


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "kind": {"type": "str", "choices": ["review", "audit"], "required": True},
            "facts": {"type": "dict", "required": True},
            "html": {"type": "path"},
            "pdf": {"type": "path"},
            "template": {"type": "path", "required": True},
        },
        required_one_of=[["html", "pdf"]],
        supports_check_mode=True,
    )
    try:
        write(module)
    except InvalidInput as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
