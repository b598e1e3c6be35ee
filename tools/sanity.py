# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds the collection, installs it under build/sanity/ and runs ansible-test sanity on what users get.

No ignore file is used. A run that skipped the tests that matter fails, whatever ansible-test's exit code.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "sanity"
COLLECTIONS = BUILD / "ansible_collections"
# ansible-test keeps its virtual environments in the home directory: it gets one of its own.
HOME = ROOT / ".cache" / "home"
MUST_RUN = {"ansible-doc", "compile", "import", "pep8", "pylint", "runtime-metadata", "validate-modules", "yamllint"}


def install_artifact() -> Path:
    """Build the artifact, install it and link the collection it depends on; return the installed collection."""
    shutil.rmtree(BUILD, ignore_errors=True)
    galaxy = ["ansible-galaxy", "collection"]
    subprocess.run([*galaxy, "build", "--output-path", str(BUILD)], cwd=ROOT, check=True)
    (artifact,) = BUILD.glob("*.tar.gz")
    subprocess.run(
        [*galaxy, "install", str(artifact), "--offline", "--no-deps", "-p", str(BUILD)],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(BUILD)},
        check=True,
    )
    installed = Path(sysconfig.get_path("purelib")) / "ansible_collections"
    link = COLLECTIONS / "amazon" / "aws"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(installed / "amazon" / "aws")
    return COLLECTIONS / "meetops" / "jitsi"


def provide_get_pip() -> None:
    """Put our get_pip.py where ansible-test looks for the one it would download."""
    source = Path(sysconfig.get_path("purelib")) / "ansible_test/_internal/python_requirements.py"
    version = re.search(r"pip='([\d.]+)'", source.read_text(encoding="utf-8"))
    if version is None:
        sys.exit(f"{source}: pip version not found; this ansible-core bootstraps pip in another way")
    cached = HOME / f".ansible/test/cache/get_pip_{version[1].replace('.', '_')}.py"
    cached.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "tools" / "get_pip.py", cached)


def sanity(collection: Path) -> set[str]:
    """Run ansible-test sanity, show its output, and return the names of the tests that ran."""
    environment = {
        **os.environ,
        "HOME": str(HOME),
        "XDG_CONFIG_HOME": os.environ.get("XDG_CONFIG_HOME", str(Path.home() / ".config")),
        # Without this, ansible-test sees the surrounding repository, which ignores build/, and skips everything.
        "ANSIBLE_TEST_CONTENT_ROOT": str(collection),
    }
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = ["ansible-test", "sanity", "--python", version, "--color", "no"]
    ran = set()
    with subprocess.Popen(
        command, cwd=collection, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if started := re.match(r'Running sanity test "([^"]+)"', line):
                ran.add(started[1])
    if process.returncode:
        sys.exit(process.returncode)
    return ran


def main() -> None:
    """Fail unless every sanity test passed and none that matters was skipped."""
    collection = install_artifact()
    provide_get_pip()
    ran = sanity(collection)
    if missing := MUST_RUN - ran:
        sys.exit(f"ansible-test passed but did not run: {', '.join(sorted(missing))}")
    print(f"{len(ran)} sanity tests ran on the built collection")


if __name__ == "__main__":
    main()
