# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Each recipe of CONTRIBUTING.md is followed in a copy of the repository: the files that it names, in its order, are
all that is edited, and its command passes. With one of these files as it was, the command fails.

tests/data/recipes.yml has the edits.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import programs
from support.server import ROOT

EDITS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "data" / "recipes.yml").read_text("utf-8"))
RECIPES = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("\n## Recipes\n")[2].partition("\n## ")[0]


@dataclass(frozen=True)
class Recipe:
    """A recipe by its heading: the files to edit, in order, and the command."""

    heading: str
    files: list[str]
    command: str


def read(section: str) -> Recipe:
    """A section of CONTRIBUTING.md, with words in the place of its <placeholders>."""
    heading, _, text = section.partition("\n")
    for name, word in EDITS[heading].get("words", {}).items():
        text = text.replace(f"<{name}>", word)
    (command,) = re.findall(r"^```shell\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    steps = re.findall(r"^\d+\. ((?:`[^`]+`,?\s+)*`[^`]+`):", text, re.MULTILINE)
    return Recipe(heading, re.findall(r"`([^`]+)`", " ".join(steps)), command)


ALL = [read(section) for section in RECIPES.split("\n### ")[1:]]


def edit(copy: Path, file: str, text: str, after: str = "", instead_of: str = "") -> None:
    """Put a text behind another one, in the place of another one, or into a new file."""
    path = copy / file
    before = path.read_text("utf-8") if path.exists() else ""
    assert (after + instead_of) in before, f"{file}: has no {after + instead_of!r}"
    path.write_text(before.replace(instead_of, text) if instead_of else before.replace(after, after + text, 1), "utf-8")


def write(copy: Path, files: list[str], written_by: list[str]) -> None:
    """Have tools write files."""
    before = [(copy / file).read_text("utf-8") for file in files]
    for tool in written_by:
        subprocess.run([sys.executable, *tool.split()], cwd=copy, check=True)
    same = [file for file, text in zip(files, before, strict=True) if (copy / file).read_text("utf-8") == text]
    assert same == []


def copied(copy: Path) -> None:
    """Copy the repository, with files that are new."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in found.rstrip("\0").split("\0"):
        if os.path.lexists(ROOT / name):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
    (copy / ".venv").symlink_to(sys.prefix)


def run(recipe: Recipe, copy: Path) -> subprocess.CompletedProcess[str]:
    """Run the recipe's command in the copy, as a process of nobody's tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "ANSIBLE_"))}
    environment["PYTEST_ADDOPTS"] = "--exitfirst --quiet"
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    words = ["bash", "-euc", recipe.command]
    return subprocess.run(words, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def test_every_recipe_is_followed() -> None:
    assert [recipe.heading for recipe in ALL] == list(EDITS)


@pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.heading)
def test_a_recipe_names_what_is_edited_and_a_command_that_shows_it(recipe: Recipe, tmp_path: Path) -> None:
    programs.need("git", "bash", "curl", "jq")
    edits, forgotten = EDITS[recipe.heading]["edits"], EDITS[recipe.heading]["forgotten"]
    copied(tmp_path)
    for item in edits:
        (write if "files" in item else edit)(tmp_path, **item)
    assert list(dict.fromkeys(file for item in edits for file in item.get("files", [item.get("file")]))) == recipe.files
    done = run(recipe, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.copy2(ROOT / forgotten, tmp_path / forgotten)
    assert run(recipe, tmp_path).returncode != 0, f"{forgotten} may be forgotten"
