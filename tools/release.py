# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes the files of a release: the collection's artifact, and notes from the changelog.

    python tools/release.py v0.4.0 [--output build/release]

It fails unless galaxy.yml and the newest entry of the changelog are of the tag's version.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
VERSION = re.compile(r"v((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*))")


def version_of(tag: str, root: Path = ROOT) -> str:
    """The version of a tag, which is to be that of galaxy.yml and the newest of the changelog."""
    match = VERSION.fullmatch(tag)
    if match is None:
        sys.exit(f"{tag}: is no tag of a release; use one such as v0.4.0")
    galaxy = yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    if galaxy != match[1]:
        sys.exit(f"{tag}: galaxy.yml has version {galaxy}; change one of them")
    releases = yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"]
    newest = max(releases, key=lambda name: [int(number) for number in name.split(".")])
    if newest != match[1]:
        sys.exit(f"{tag}: the newest entry of the changelog is {newest}; run antsibull-changelog release")
    return match[1]


def notes(version: str, root: Path = ROOT) -> str:
    """The part of CHANGELOG.md about a version, without its anchor and its title."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    anchor = '<a id="v{}"></a>'.format(version.replace(".", "-"))
    _, found, after = text.partition(f"\n{anchor}\n")
    if not found:
        sys.exit(f"CHANGELOG.md has no part about {version}; run antsibull-changelog generate")
    lines = re.split(r'\n<a id="v[\d-]+"></a>\n', after)[0].strip().splitlines()
    return "\n".join(lines[1:]).strip() + "\n"


def main() -> None:
    """Check, then build."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tag")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "release")
    arguments = parser.parse_args()
    text = notes(version_of(arguments.tag))
    arguments.output.mkdir(parents=True, exist_ok=True)
    build = ["ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(arguments.output), "--force"]
    subprocess.run(build, check=True)
    (arguments.output / "notes.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
