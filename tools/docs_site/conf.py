# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Configuration of Sphinx for the site. Neither the build nor a reader loads anything from other servers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes

HERE = Path(__file__).resolve().parent
GALAXY = yaml.safe_load((HERE.parent.parent / "galaxy.yml").read_text(encoding="utf-8"))

project = f"{GALAXY['namespace']}.{GALAXY['name']}"
author = project_copyright = ", ".join(GALAXY["authors"])
version = release = GALAXY["version"]
language = "en"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
nitpicky = True
# Pages are written for GitHub as well, so only plain Markdown is enabled.
myst_heading_anchors = 4
# Files on the site that are not pages, see __main__.py.
myst_url_schemes = {"http": None, "https": None, "mailto": None, "site": "{{path}}"}
highlight_language = "none"
smartquotes = False

html_theme = "furo"
html_title = f"{project} {version}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = [str(HERE.parent.parent / "build" / "site-source" / "files")]
html_show_sphinx = False
# Search also works from a local disk, where a browser does not let a page read others for summaries.
html_show_search_summary = False
html_copy_source = False
html_use_index = False
html_theme_options = {"top_of_page_buttons": [], "navigation_with_keys": True}


# Ansible's own site explains the terms that the plugins' pages refer to.
ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
ELSEWHERE = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
PLUGIN = re.compile(r"ansible_collections\.((?:ansible|amazon)\.\w+)\.(\w+?_(?:module|filter))(?:__.*)?")


def elsewhere(_app: Any, _environment: Any, node: Any, content: Any) -> Any:
    """A link to Ansible's own site for a label that no page of ours has, or nothing."""
    label = node["reftarget"]
    page, plugin = ELSEWHERE.get(label), PLUGIN.fullmatch(label)
    if plugin:
        page = f"collections/{plugin[1].replace('.', '/')}/{plugin[2]}.html"
    if not page:
        return None
    return nodes.reference("", "", content, refuri=f"{ANSIBLE}/{page}", internal=False)


# What antsibull-docs writes for another theme: this one has the contents of a page at its side.
CONTENTS = re.compile(r"^\.\. contents::\n(?:   .*\n)+", re.MULTILINE)
# Names at the side, instead of whole titles.
ENTRY = re.compile(r"^( +)(\w+)_(module|filter|test|callback|role)$", re.MULTILINE)


def shortened(_app: Any, page: str, source: list[str]) -> None:
    """Make a page of the reference fit the theme."""
    if page.startswith("reference/"):
        text = CONTENTS.sub("", source[0]).replace(
            "Meetops.Jitsi\n=============", "Modules and plugins\n==================="
        )
        source[0] = ENTRY.sub(r"\1\2 <\2_\3>", text)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", shortened)
    app.connect("missing-reference", elsewhere)
