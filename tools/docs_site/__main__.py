# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds the documentation site into build/site: the Markdown pages of this repository, and all plugins and roles.

The pages are the ones that GitHub shows, in the order of docs/README.md. A warning of Sphinx or a broken link fails the
build.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
import links

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SOURCE = ROOT / "build" / "site-source"
SITE = ROOT / "build" / "site"
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))

PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**/*.md", "roles/*/README.md")
# The order of the pages. On the site it is the navigation.
CONTENTS = "docs/README.md"
START = "index.md"
# Pages with another path on the site. antsibull-docs writes those of the plugins.
MOVED = {"README.md": START, "plugins/modules": "reference/index.rst"}
PICTURES = (".png", ".svg")

# Tables of six columns are too wide to read; each row becomes an entry of its own.
TABLE = re.compile(r"^\| (?:Variable|Option) \| Kind \| .+\n\| --- .+\n((?:\|.+\n)+)", re.MULTILINE)
CELL = re.compile(r"(?<!\\)\|")
LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
FENCE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^- \[([^\]]+)\]\(([^)]+)\)", re.MULTILINE)


def sections(text: str) -> list[tuple[str, str]]:
    """Headings of the second level with what is below them; what comes first has an empty heading."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]


def read_pages() -> dict[str, str]:
    """Path in the repository -> Markdown."""
    paths = sorted({path for pattern in PAGES for path in ROOT.glob(pattern)})
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def relative(target: str, page: str) -> str:
    """A path of the site as seen from a page."""
    return os.path.relpath(target, PurePosixPath(page).parent)


def placed(link: str, page: str, written_as: str, pages: set[str]) -> str:
    """Return a link of a page of the repository as the site needs it.

    Pages stay pages, other files below docs/ come along, and everything else leads to the repository.
    """
    target, _, anchor = link.partition("#")
    if re.match(r"[a-z]+:", link) or not target:
        return link
    path = os.path.normpath(PurePosixPath(page).parent / target)
    path = MOVED.get(path, path)
    here = relative(path, written_as) + (f"#{anchor}" if anchor else "")
    if path in pages or path in MOVED.values() or path.endswith(PICTURES):
        return here
    if not (ROOT / path).exists():
        # Sphinx reports it.
        return link
    if (ROOT / path).is_dir():
        return f"{GALAXY['repository']}/tree/main/{path}"
    return f"site:{here}" if path.startswith("docs/") else f"{GALAXY['repository']}/blob/main/{path}"


def converted(text: str, page: str, written_as: str, pages: set[str]) -> str:
    """Convert a page for the site: its links outside of code, and its widest tables."""
    text = entries(text)

    def led(part: str) -> str:
        return LINK.sub(lambda found: placed(found[1], page, written_as, pages), part)

    result, end = [], 0
    for code in FENCE.finditer(text):
        result += [led(text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*result, led(text[end:])])


def entry(row: str, level: str) -> str:
    """A variable or an option: name, what it is, kind, default, what it may be, and an example."""
    name, kind, default, meaning, allowed, example = (cell.strip() for cell in CELL.split(row)[1:-1])
    given = f"default: {default}" if default and default != "**required**" else default or "no default"
    return f"{level} {name}\n\n{meaning}\n\n- {kind}, {given}\n- may be: {allowed}\n- example: {example}\n"


def entries(text: str) -> str:
    """A page with its widest tables as entries, one level below the last heading."""

    def listed(found: re.Match[str]) -> str:
        above = re.findall(r"^(#+) ", text[: found.start()], re.MULTILINE)[-1]
        return "\n".join(entry(row, f"{above}#") for row in found[1].splitlines())

    return TABLE.sub(listed, text)


def navigation(contents: str, pages: set[str]) -> Iterator[str]:
    """The list of pages as trees of contents, one for each section, which the theme shows at the side.

    The start page is above all of them; in its place stands the list itself.
    """
    for heading, text in sections(contents):
        entries = [(title, placed(link, CONTENTS, START, pages)) for title, link in ENTRY.findall(text)]
        lines = [f"{title} <{link.rpartition('.')[0]}>" for title, link in entries if link != START]
        if len(lines) < len(entries):
            lines.append(f"All pages <{CONTENTS.removesuffix('.md')}>")
        if lines:
            yield "\n".join(["```{toctree}", ":hidden:", f":caption: {heading}", "", *lines, "```", ""])


def site_pages() -> dict[str, str]:
    """Path on the site -> Markdown for MyST."""
    pages = read_pages()
    known = set(pages)
    readme = pages.pop("README.md")
    result = {page: converted(text, page, page, known) for page, text in pages.items()}
    result[START] = "\n".join([converted(readme, "README.md", START, known), *navigation(pages[CONTENTS], known)])
    return result


def write_source() -> None:
    """Write what Sphinx reads."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    for path, text in site_pages().items():
        (SOURCE / path).parent.mkdir(parents=True, exist_ok=True)
        (SOURCE / path).write_text(text, encoding="utf-8")
    for file in ROOT.glob("docs/**/*"):
        if file.is_file() and file.suffix not in (".md", ".yml"):
            # Sphinx takes pictures from beside the pages.
            folder = SOURCE if file.suffix in PICTURES else SOURCE / "files"
            copy = folder / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


def write_reference() -> None:
    """Let antsibull-docs write a page for every plugin and role. It wants a directory that nobody else can write to."""
    folder = SOURCE / "reference"
    folder.mkdir(mode=0o755)
    command: list[str | Path] = ["antsibull-docs", "--config-file", HERE / "antsibull-docs.cfg"]
    command += ["collection", "--use-current", "--fail-on-error", "--squash-hierarchy", "--dest-dir", folder]
    command.append(f"{GALAXY['namespace']}.{GALAXY['name']}")
    subprocess.run(command, check=True, env=os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections")})


def build() -> list[str]:
    """Build the site from the written source; return its problems."""
    shutil.rmtree(SITE, ignore_errors=True)
    command: list[str | Path] = ["sphinx-build", "-b", "html", "-q", "-W", "--keep-going", "-j", "auto", "-E"]
    command += ["-d", ROOT / ".cache" / "site", "-c", HERE, SOURCE, SITE]
    if subprocess.run(command, check=False).returncode:
        return ["Sphinx warned, see above"]
    return list(links.problems(SITE))


def main() -> None:
    """Build the site; on problems, exit with a list of them."""
    write_source()
    write_reference()
    found = build()
    if found:
        sys.exit("\n".join(found))
    print(f"The site is {SITE.relative_to(ROOT)}/index.html")


if __name__ == "__main__":
    main()
