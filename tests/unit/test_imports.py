# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which of our own code imports which: no circles, and calls to AWS know nothing of what they are made for."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest
from support.server import ROOT

HOME = ROOT / "plugins" / "module_utils"


def imported(path: Path) -> set[Path]:
    """The files that the relative imports of a file lead to."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            package = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            named = [package / f"{alias.name}.py" for alias in node.names]
            found |= {file for file in (*named, package.with_suffix(".py")) if file.is_file()}
    return found


GRAPH = {path: imported(path) for path in sorted(HOME.rglob("*.py"))}


def name(path: Path) -> str:
    return str(path.relative_to(HOME))


def test_no_module_imports_itself_through_others():
    try:
        graphlib.TopologicalSorter(GRAPH).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" <- ".join(name(path) for path in error.args[1]))


def test_calls_of_aws_know_no_subject():
    """They import each other, and what lies beside the folders."""
    known = [
        f"{name(path)} imports {name(other)}"
        for path, others in GRAPH.items()
        for other in others
        if path.parent == HOME / "_aws" and other.parent not in (HOME, HOME / "_aws")
    ]
    assert known == []


def test_imports_are_found():
    """Else the tests above would say nothing."""
    assert HOME / "errors.py" in GRAPH[HOME / "_aws" / "runner.py"]
    assert HOME / "_aws" / "pages.py" in GRAPH[HOME / "review" / "reader.py"]
    assert HOME / "audit" / "rules" / "common.py" in GRAPH[HOME / "audit" / "rules" / "access.py"]
