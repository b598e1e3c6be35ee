# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A reader finds the room for a change: a folder a subject, small files, and tests in the same shape."""

from __future__ import annotations

from support.server import ROOT

UTILS = ROOT / "plugins" / "module_utils"
MOST_LINES = 400
# They have one entry for each variable, input and option.
TABLES = {UTILS / "variables" / name for name in ("facts.py", "inputs.py", "options.py")}
# Folders of tests that are of no folder of module_utils.
OTHER_TESTS = {"callback", "docs", "filter", "tools"}


def test_few_files_are_of_no_subject() -> None:
    assert len(list(UTILS.glob("*.py"))) <= 8


def test_no_file_is_long() -> None:
    files = set((ROOT / "plugins").rglob("*.py")) - TABLES
    long = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in files}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}


def test_tests_have_the_folders_of_what_they_test() -> None:
    folders = {path.name for path in (ROOT / "tests" / "unit").iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders - OTHER_TESTS <= {path.name for path in UTILS.iterdir() if path.is_dir()}
