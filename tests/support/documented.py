# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finds the commands of the documentation: those of its blocks of code, and those in its sentences. And rows of its
tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .server import ROOT

SHELLS = ("console", "sh", "bash", "shell")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
# What a command in a sentence begins with.
PROGRAM = re.compile(
    r"(?:ansible(?:-\w+)?|antsibull-\w+|aws|curl|dig|ffmpeg|git|journalctl|make|mount|openssl|pip|pytest|systemctl) \S"
)
# There, playbooks go by their names.
SHORT = re.compile(r"(?P<playbook>[\w/]+\.yml)(?P<options>(?: (?:-e \S+|--[\w-]+(?: [a-z]\w*)?))+)")
CRON = re.compile(r"(?:[\d*][\d*,/-]* +){5}")
HEREDOC = re.compile(r"<<'?(\w+)'?")
COMMENT = re.compile(r"""^((?:[^'"#]|'[^']*'|"(?:[^"\\]|\\.)*")*?)\s+# .*$""", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A command as a shell would get it, and what its page shows below. ``sentence``: it stands in one."""

    text: str
    page: str
    line: int
    output: tuple[str, ...] = ()
    sentence: bool = False

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def pages() -> list[Path]:
    """The pages that tell people what to do."""
    return [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "roles").glob("*/README.md")),
    ]


def commands() -> list[Command]:
    """All of them, in the order of the pages."""
    return [command for page in pages() for command in read(str(page.relative_to(ROOT)), page.read_text("utf-8"))]


def rows(page: str, heading: str) -> list[list[str]]:
    """The rows of the tables under a heading (of a page of docs/), as lists of cells."""
    text = (ROOT / "docs" / page).read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    return [row for row in found if not set(row[0]) <= {"-"}]


def names(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of these tables by the names in their first cells, such as `bridge-cpu`."""
    return {name: row for row in rows(page, heading) for name in SPAN.findall(row[0])}


def read(page: str, text: str) -> list[Command]:
    """The commands of one page."""
    found = []
    for block in FENCE.finditer(text):
        indent, language, body = block.groups()
        if language in SHELLS:
            first = text.count("\n", 0, block.start()) + 2
            lines = [line.removeprefix(indent) for line in body.splitlines()]
            found += list(_block(page, first, lines, prompt=language == "console"))
    prose = FENCE.sub(lambda block: "\n" * block.group().count("\n"), text)
    for span in SPAN.finditer(prose):
        words = " ".join(span.group(1).split())
        if PROGRAM.match(words) or SHORT.fullmatch(words):
            found.append(Command(words, page, prose.count("\n", 0, span.start()) + 1, sentence=True))
    return sorted(found, key=lambda command: command.line)


def hidden() -> list[str]:
    """Lines of code that begin as a command, in blocks by indentation or of another language than a shell's."""
    found = []
    for page in pages():
        text = page.read_text("utf-8")
        others = [block[3] for block in FENCE.finditer(text) if block[2] not in SHELLS]
        indented = re.findall(r"^(?: {4}|\t).*", FENCE.sub("", text), re.MULTILINE)
        lines = [line.strip() for line in "\n".join([*others, *indented]).splitlines()]
        found += [f"{page.name}: {line}" for line in lines if PROGRAM.match(line.removeprefix("$ "))]
    return found


def _block(page: str, first: int, lines: list[str], prompt: bool) -> Iterator[Command]:
    """The commands of a block: with a prompt, what has none is output."""
    at = 0
    while at < len(lines):
        begin = at
        text = lines[at].removeprefix("$ ") if prompt else lines[at]
        while text.rstrip().endswith(("\\", "|")):
            at += 1
            text = text.rstrip().removesuffix("\\").rstrip() + " " + lines[at].strip()
        if here := HEREDOC.search(text):
            end = lines.index(here.group(1), at)
            text = "\n".join([text, *lines[at + 1 : end + 1]])
            at = end
        at += 1
        output = []
        while prompt and at < len(lines) and not lines[at].startswith("$ "):
            output.append(lines[at])
            at += 1
        stripped = COMMENT.sub(r"\1", text).strip()
        if stripped and not stripped.startswith("#"):
            yield Command(stripped, page, first + begin, tuple(output))
