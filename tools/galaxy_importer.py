# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds the collection and runs galaxy-importer on the artifact: what Galaxy and Automation Hub do with an upload.

    python tools/galaxy_importer.py [--quick]

It fails on warnings, too, which the importer itself lets pass. ansible-lint and ansible-test are left out, since `make
test` runs them on all of it. --quick also leaves out the documentation of the plugins, which ansible-test reads.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETTINGS = {
    "check_changelog": True,
    "check_required_tags": True,
    "require_v1_or_greater": False,
    "run_ansible_lint": False,
    "run_ansible_test": False,
    "run_flake8": False,
}
DONE = "Importer processing completed successfully"


def run(directory: Path, quick: bool) -> tuple[int, str]:
    """Build the artifact in ``directory`` and import it; return the importer's exit code and what it said."""
    build = ["ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(directory)]
    subprocess.run(build, check=True, capture_output=True)
    (artifact,) = directory.glob("*.tar.gz")
    settings = {**SETTINGS, "run_ansible_doc": not quick}
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", artifact.name],
        # It writes its result beside.
        cwd=directory,
        env={**os.environ, **{f"GALAXY_IMPORTER_{name.upper()}": str(value) for name, value in settings.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def faults(code: int, said: str) -> list[str]:
    """Return what is wrong: warnings and errors, or a run that did not complete."""
    found = re.findall(r"^(?:WARNING|ERROR|CRITICAL): .*", said, re.MULTILINE)
    return found if found or (code == 0 and DONE in said) else [f"exit code {code}, and no word of success"]


def main() -> None:
    """Fail if the importer finds something."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    with tempfile.TemporaryDirectory() as directory:
        code, said = run(Path(directory), parser.parse_args().quick)
    print(said, end="")
    if found := faults(code, said):
        sys.exit("\n".join(["galaxy-importer found:", *found]))


if __name__ == "__main__":
    main()
