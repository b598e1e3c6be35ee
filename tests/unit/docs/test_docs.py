# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The pages of the documentation: links that lead somewhere, on GitHub and on the site, and nothing left out.

`make docs-lint` builds the site, which these tests do not; they know it by the Markdown that Sphinx gets.
"""

from __future__ import annotations

import collections
import functools
import importlib.util
import os
import re
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.options import PLAYBOOKS
from support.server import ROOT

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


@functools.cache
def tool(name):
    """A program of tools/ as a module."""
    path = ROOT / "tools" / name
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(f"docs_test_{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def site():
    return tool("docs_site/__main__.py")


def pages():
    return sorted(site().read_pages())


@functools.cache
def text(page):
    """A page without its blocks of code, in which nothing is a heading or a link."""
    return plain((ROOT / page).read_text(encoding="utf-8"))


def plain(markdown):
    return FENCE.sub("", markdown)


def slug(heading):
    """The anchor that GitHub and MyST give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(content):
    """The anchors that GitHub and MyST give the headings of a page."""
    seen = collections.Counter()
    for heading in re.findall(r"^#{1,6} (.+)$", content, re.MULTILINE):
        anchor = slug(re.sub(r"\[([^\]]+)\]\([^)]+\)|[`*]", r"\1", heading))
        yield f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor
        seen[anchor] += 1


def links(content):
    """Links and pictures of a page: whether it is a picture, its text, where it leads to."""
    return LINK.findall(re.sub(r"(`+)[^`]+?\1", "", content))


def wrong(page, content):
    """The links of a page within the repository that lead nowhere."""
    for _picture, _text, link in links(content):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = os.path.normpath(Path(page).parent / path) if path else page
        if target.startswith("..") or not (ROOT / target).exists():
            yield f"{link}: is not there"
        elif anchor and anchor not in anchors(text(target) if path else content):
            yield f"{link}: has no such heading"


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere_on_github(page):
    assert not list(wrong(page, text(page)))


def test_wrong_links_would_be_found():
    content = (
        "[a](no.md) [b](docs/costs.md#none) [c](docs/costs.md#awake) [d](#here) `[e](code.md)` ![p](x.png)\n## Here\n"
    )
    found = list(wrong("README.md", content))
    assert found == ["no.md: is not there", "docs/costs.md#none: has no such heading", "x.png: is not there"]


@pytest.mark.parametrize("page", pages())
def test_pictures_have_a_text(page):
    assert all(told.strip() for picture, told, _link in links(text(page)) if picture)


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_bytes()) <= 9000


def test_the_list_of_pages_is_complete():
    listed = [
        os.path.normpath(Path("docs") / link.partition("#")[0])
        for _picture, _text, link in links(text("docs/README.md"))
    ]
    assert sorted(set(listed)) == sorted({*pages(), "plugins/modules"} - {"docs/README.md"})


# --- The site


@functools.cache
def markdown():
    return site().site_pages()


@pytest.mark.parametrize("page", sorted(markdown()))
def test_links_lead_somewhere_on_the_site(page):
    for _picture, _text, link in links(plain(markdown()[page])):
        target, _, anchor = link.partition("#")
        own = os.path.normpath(Path(page).parent / target.removeprefix("site:")) if target else page
        if re.match(r"https?:|mailto:", link):
            assert (
                not link.startswith(site().GALAXY["repository"])
                or (ROOT / re.sub(r".*/(blob|tree)/main/", "", target)).exists()
            )
        elif target.startswith("site:") or target.endswith((".png", ".svg")):
            assert (ROOT / own).is_file(), link
        elif own != "reference/index.rst":
            assert own in markdown(), link
            assert not anchor or anchor in anchors(plain(markdown()[own])), link


def test_every_page_is_in_the_navigation_once():
    trees = re.findall(r"^```\{toctree\}\n(.*?)^```", markdown()["index.md"], re.MULTILINE | re.DOTALL)
    entries = [entry for tree in trees for entry in re.findall(r"<(.+)>$", tree, re.MULTILINE)]
    assert sorted(entries) == sorted(
        {page.removesuffix(".md") for page in markdown()} - {"index"} | {"reference/index"}
    )


@pytest.mark.parametrize(
    ("page", "link", "placed"),
    [
        ("docs/costs.md", "lifecycle.md#by-hand", "lifecycle.md#by-hand"),
        ("docs/costs.md", "limits.md", "limits.md"),
        ("docs/costs.md", "../README.md#two-commands", "../index.md#two-commands"),
        ("docs/costs.md", "README.md", "README.md"),
        ("docs/costs.md", "#awake", "#awake"),
        ("docs/costs.md", "https://jitsi.org", "https://jitsi.org"),
        ("docs/costs.md", "nothing.md", "nothing.md"),
        ("docs/review.md", "reports/review.html", "site:reports/review.html"),
        ("docs/review.md", "topology.svg", "topology.svg"),
        ("docs/policies/README.md", "../verify-on-aws.md", "../verify-on-aws.md"),
        ("docs/README.md", "../plugins/modules", "../reference/index.rst"),
        ("README.md", "docs/limits.md", "docs/limits.md"),
        ("README.md", "#costs", "#costs"),
        ("README.md", "LICENSE", "https://github.com/meetops/jitsi/blob/main/LICENSE"),
        ("README.md", "roles", "https://github.com/meetops/jitsi/tree/main/roles"),
        ("roles/edge/README.md", "../../docs/edge.md", "../../docs/edge.md"),
    ],
)
def test_a_link_on_the_site(page, link, placed):
    written = "index.md" if page == "README.md" else page
    assert site().placed(link, page, written, {*pages()} - {"README.md"}) == placed


def test_code_stays_as_it_is():
    code = "```console\n$ echo '[a](LICENSE)'\n```\n`[b](LICENSE)`\n"
    assert site().converted(code, "README.md", "index.md", set()) == code


def test_wide_tables_become_entries():
    variables = markdown()["docs/variables.md"]
    defaults = yaml.safe_load((ROOT / "roles" / "jitsi" / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert "| Variable |" not in variables
    names = re.findall(r"^## `(\w+)`$", variables, re.MULTILINE)
    assert len(names) > 70
    assert set(defaults) & {name for name in defaults if name.startswith("jitsi_budget")} <= set(names)
    assert "## `jitsi_domain`\n\nHost name that people open.\n\n- str, **required**\n- may be: a domain" in variables
    # A bar in a cell is part of it.
    assert "- str, default: `jitsi-{{ jitsi_domain \\| lower" in variables.replace("&#124;", "\\|")


# --- The check of the pages that were built


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a href="other.html#there">', None),
        ('<a href="other.html">', None),
        ('<a id="x" href="#x">', None),
        ('<a href="https://example.com/">', None),
        ('<link rel="canonical" href="https://example.com/">', None),
        ('<a href="gone.html">', "leads nowhere"),
        ('<a href="other.html#gone">', "has no such anchor"),
        ('<a href="#gone">', "has no such anchor"),
        ('<img src="gone.png">', "leads nowhere"),
        ('<script src="https://example.com/a.js"></script>', "from elsewhere"),
        ('<link rel="stylesheet" href="//example.com/a.css">', "from elsewhere"),
        ("<p>See [this](that.md).", "is no link"),
        ("<p><code>[this](that.md)</code> <pre>[a](b)</pre>", None),
    ],
)
def test_what_is_wrong_with_a_built_page(tmp_path, html, problem):
    (tmp_path / "index.html").write_text(html)
    (tmp_path / "other.html").write_text('<h1 id="there">')
    found = list(tool("docs_site/links.py").problems(tmp_path))
    assert bool(found) == bool(problem)
    assert not problem or problem in found[0]


# --- Options


def code(path):
    """A file of YAML without its comments."""
    return "\n".join(
        line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")
    )


@pytest.mark.parametrize("name", sorted(PLAYBOOKS))
def test_the_options_of_a_playbook_are_those_that_it_uses(name):
    playbook = PLAYBOOKS[name]
    heading = playbook.path.removeprefix("playbooks/").removesuffix(".yml")
    section = text("docs/options.md").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `(\w+)` ", section, re.MULTILINE))
    used = set(re.findall(rf"(?<![\w.-])({playbook.prefix}\w+|runbook_file)\b", code(ROOT / playbook.path)))
    files = [*(ROOT / "playbooks").rglob("*.yml"), *(ROOT / "roles").glob("*/tasks/*.yml")]
    everywhere = set(re.findall(r"\w+", "\n".join(map(code, files))))
    assert used - {name} <= told <= everywhere


def test_every_playbook_is_on_the_page_of_options():
    page = text("docs/options.md")
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "playbooks").glob("*.yml")}
    there |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "playbooks" / "runbooks").glob("*.yml")}
    assert set(re.findall(r"^`(playbooks/\S+\.yml)`: \S", page, re.MULTILINE)) == there - {"playbooks/local_aws.yml"}
