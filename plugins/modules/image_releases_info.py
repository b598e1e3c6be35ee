#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_releases_info
version_added: 0.3.0
short_description: Find the newest release of pinned container images
description:
  - Asks the registries which tags there are, and chooses the release that follows the pinned one.
  - Chooses a release only if all of its images are there. Its tag has the same words, such as C(stable-) or
    C(-alpine), and greater numbers. So it is never older, a nightly build or a preview.
  - With O(digests) it also reads the digests of the tags, to pin them.
author: [meetops.jitsi contributors (@meetops)]
options:
  releases:
    description: Images by release. All images of one have the same tag.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What the release is called in the result.
        type: str
        required: true
      images:
        description: The images, each with registry and repository, and with tag and digest if these are pinned there.
        type: list
        elements: str
        required: true
      tag:
        description: The tag that is pinned now. By default the one of the images.
        type: str
        default: ""
      wanted:
        description:
          - The tag to go to. Empty chooses the newest.
          - It must be there for every image, and may not be older than the one that is pinned.
        type: str
        default: ""
      wanted_digests:
        description: Digests to pin for O(releases[].wanted), by name and tag, in place of those of today.
        type: dict
        default: {}
  excluded:
    description: Tags that are never chosen, such as a release that is known to be broken.
    type: list
    elements: str
    default: []
  major:
    description: Whether the first number of a version such as 2.10.2 may change.
    type: bool
    default: false
  digests:
    description: Whether to read the digests of the tags that were chosen.
    type: bool
    default: false
  registries:
    description: Other addresses of registries by their host names, such as those of mirrors.
    type: dict
    default: {}
  timeout:
    description: Seconds to wait for one answer.
    type: int
    default: 20
notes:
  - Needs no credentials. A registry that asks for a token gives one to anybody who asks for a public image.
  - No stock module lists the tags of a registry. C(community.docker.docker_image_remote_info) needs the tag.
extends_documentation_fragment:
  - meetops.jitsi.common.info
"""

EXAMPLES = r"""
- name: See whether there is something newer
  meetops.jitsi.image_releases_info:
    releases:
      - name: jitsi
        images: [ghcr.io/jitsi/web, ghcr.io/jitsi/prosody, ghcr.io/jitsi/jicofo, ghcr.io/jitsi/jvb]
        tag: stable-11146-2
      - name: caddy
        images: [docker.io/library/caddy]
        tag: 2.10.2-alpine
    digests: true
  register: found
"""

RETURN = r"""
releases:
  description: What was found, by the name of the release.
  returned: success
  type: dict
  contains:
    current:
      description: The tag that is pinned now.
      type: str
    target:
      description: The tag to go to; the same as C(current) if there is nothing newer.
      type: str
    newer:
      description: Whether that is another one.
      type: bool
    incomplete:
      description: A newer tag that only some of the images have yet, or empty.
      type: str
    next_major:
      description: A newer tag with another first number, or empty.
      type: str
    digests:
      description: The digest of each image under C(target), by the last part of its name. Empty without O(digests).
      type: dict
  sample:
    caddy:
      current: 2.10.2-alpine
      target: 2.11.4-alpine
      newer: true
      incomplete: ""
      newest: 2.11.4-alpine
      next_major: ""
      digests: {}
      references: { caddy: "docker.io/library/caddy:2.11.4-alpine" }
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import between, check_options
from ansible_collections.meetops.jitsi.plugins.module_utils.updates import releases
from ansible_collections.meetops.jitsi.plugins.module_utils.updates.registry import Registry
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.list_kinds import registries


class Release:
    """One release: its images, and the registries that have them."""

    def __init__(self, wanted: dict[str, Any], params: dict[str, Any]) -> None:
        self.wanted, self.params = wanted, params
        self.current, self.images = releases.pinned(wanted["name"], wanted["images"], wanted["tag"])
        self.asked = {
            repository: Registry(*releases.registry(repository), params["registries"], params["timeout"])
            for repository, _tag, _digest in self.images
        }

    def read(self) -> dict[str, Any]:
        """What is known of it."""
        listed = {repository: registry.tags() for repository, registry in self.asked.items()}
        choice = releases.choose(self.current, listed, self.params["excluded"], self.params["major"])
        target = self.wanted["wanted"] or choice.newest
        releases.check_step(self.current, target)
        for repository, tags in listed.items():
            if target != self.current and target not in tags:
                raise InvalidInput(f"image {repository}: has no tag {target}; choose another release")
        digests = self.digests(target)
        return {
            "current": self.current,
            "target": target,
            "newer": target != self.current,
            "newest": choice.newest,
            "incomplete": choice.incomplete,
            "next_major": choice.next_major,
            "digests": digests,
            "references": {name(item[0]): self.reference(item, target, digests) for item in self.images},
        }

    def digests(self, target: str) -> dict[str, str]:
        """The digests to pin."""
        if self.wanted["wanted_digests"] or not self.params["digests"]:
            return dict(self.wanted["wanted_digests"])
        return {f"{name(repository)}:{target}": registry.digest(target) for repository, registry in self.asked.items()}

    def reference(self, image: tuple[str, str, str], target: str, digests: dict[str, str]) -> str:
        """The reference of an image under a tag; the same tag keeps its digest."""
        repository, _tag, digest = image
        kept = digest if target == self.current else ""
        digest = digests.get(f"{name(repository)}:{target}", kept)
        return f"{repository}:{target}" + (f"@{digest}" if digest else "")


def name(repository: str) -> str:
    """The last part of a repository."""
    return repository.rpartition("/")[2]


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "releases": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "images": {"type": "list", "elements": "str", "required": True},
                    "tag": {"type": "str", "default": ""},
                    "wanted": {"type": "str", "default": ""},
                    "wanted_digests": {"type": "dict", "default": {}},
                },
            },
            "excluded": {"type": "list", "elements": "str", "default": []},
            "major": {"type": "bool", "default": False},
            "digests": {"type": "bool", "default": False},
            "registries": {"type": "dict", "default": {}},
            "timeout": {"type": "int", "default": 20},
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        check_options({"timeout": between(1, 600, "seconds"), "registries": registries()}, params)
        found = {release["name"]: Release(release, params).read() for release in params["releases"]}
        module.exit_json(changed=False, releases=found)
    except InvalidInput as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
