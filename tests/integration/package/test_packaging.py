# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What carries the collection elsewhere: the execution environment, ansible-navigator, releases, workflows."""

from __future__ import annotations

import re
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.programs import run_tool
from support.server import ROOT, load_script


def document(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def requirements(path: str) -> set[str]:
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


# --- The execution environment


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build context, by the commands of `make ee`."""
    root = tmp_path_factory.mktemp("ee")
    build = root / "build" / "ee"
    run_tool("ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(build), cwd=root)
    (artifact,) = build.glob("meetops-jitsi-*.tar.gz")
    artifact.rename(build / "meetops-jitsi.tar.gz")
    shutil.copy(ROOT / "execution-environment.yml", root)
    create = ["create", "--context", "build/ee/context", "--output-filename", "Containerfile"]
    run_tool("ansible-builder", *create, cwd=root)
    return build / "context"


def test_the_context_has_the_collection_and_says_where_it_is(context: Path) -> None:
    files = {str(path.relative_to(context)) for path in context.rglob("*") if path.is_file()}
    assert {"Containerfile", "_build/requirements.yml", "_build/collection/meetops-jitsi.tar.gz"} <= files
    # The file in the context is what galaxy finds in the image.
    (own,) = (
        each
        for each in yaml.safe_load((context / "_build/requirements.yml").read_text())["collections"]
        if "type" in each
    )
    assert own == {"name": "/build/collection/meetops-jitsi.tar.gz", "type": "file"}
    text = (context / "Containerfile").read_text()
    assert "COPY _build /build\n" in text and text.rstrip().splitlines()[-3] == "USER 1000"
    definition = document("execution-environment.yml")
    assert f'ARG EE_BASE_IMAGE="{definition["images"]["base_image"]["name"]}"' in text
    assert not definition["images"]["base_image"]["name"].endswith(":latest")


def test_the_collection_tells_builders_what_it_needs(context: Path, tmp_path: Path) -> None:
    collection = tmp_path / "ansible_collections" / "meetops" / "jitsi"
    collection.mkdir(parents=True)
    with tarfile.open(context / "_build/collection/meetops-jitsi.tar.gz") as archive:
        archive.extractall(collection, filter="data")
    found = yaml.safe_load(run_tool("ansible-builder", "introspect", str(tmp_path), cwd=tmp_path))
    assert {line.split("  #")[0] for line in found["python"]} == requirements("meta/ee-requirements.txt")
    assert {line.split("  #")[0] for line in found["system"]} == requirements("meta/ee-bindep.txt")


def test_needs_are_written_alike_everywhere() -> None:
    boto = {line for line in requirements("requirements.txt") if line.startswith("boto3")}
    assert requirements("meta/ee-requirements.txt") == boto | requirements("requirements-reports.txt")
    galaxy = document("galaxy.yml")["dependencies"]
    for path in ("collections/requirements.yml", "execution-environment.yml"):
        definition = document(path)
        listed = definition.get("dependencies", {}).get("galaxy", definition)["collections"]
        assert {each["name"]: each["version"] for each in listed if "version" in each} == galaxy
    script = (ROOT / ".ci" / "run").read_text()
    system = {line.split(" ")[0] for line in requirements("meta/ee-bindep.txt") if "dpkg" in line}
    assert system <= set(script.replace("\n", " ").split())


# --- ansible-navigator


def test_navigator_takes_its_settings_and_finds_playbooks(tmp_path: Path) -> None:
    log = tmp_path / "navigator.log"
    command = ["run", "playbooks/site.yml", "--syntax-check", "--ee", "false", "--lf", str(log)]
    said = run_tool("ansible-navigator", *command, cwd=ROOT, home=tmp_path, NO_COLOR="1")
    assert "playbook: " in said and (not log.exists() or "ERROR" not in log.read_text())
    # It leaves no record of the run behind.
    assert list(ROOT.glob("playbooks/*artifact*")) == []
    settings = document("ansible-navigator.yml")["ansible-navigator"]
    assert (
        settings["execution-environment"]["image"]
        == f"localhost/{document('execution-environment.yml')['options']['tags'][0]}:latest"
    )


# --- galaxy-importer, releases, workflows


@pytest.mark.parametrize(
    ("code", "said", "found"),
    [
        (0, "Loading module file_system\nImporter processing completed successfully\n", []),
        (
            0,
            "WARNING: No changelog found.\nImporter processing completed successfully\n",
            ["WARNING: No changelog found."],
        ),
        (1, "ERROR: The import failed: x\n", ["ERROR: The import failed: x"]),
        (0, "Loading\n", ["exit code 0, and no word of success"]),
    ],
)
def test_warnings_of_the_importer_are_faults(code: int, said: str, found: list[str]) -> None:
    assert load_script(ROOT / "tools" / "galaxy_importer.py").faults(code, said) == found


def test_a_release_needs_one_version_everywhere(tmp_path: Path) -> None:
    release = load_script(ROOT / "tools" / "release.py")
    (tmp_path / "changelogs").mkdir()
    (tmp_path / "galaxy.yml").write_text("version: 1.10.0\n")
    changelog = tmp_path / "changelogs" / "changelog.yaml"
    changelog.write_text("releases: {1.9.0: {}, 1.10.0: {}}\n")
    assert release.version_of("v1.10.0", tmp_path) == "1.10.0"
    changelog.write_text("releases: {1.9.0: {}}\n")
    for tag, words in [
        ("1.10.0", "is no tag of a release"),
        ("v1.10.0-rc1", "is no tag of a release"),
        ("v1.9.0", "galaxy.yml has version 1.10.0"),
        ("v1.10.0", "newest entry of the changelog is 1.9.0; run antsibull-changelog release"),
    ]:
        with pytest.raises(SystemExit, match=words):
            release.version_of(tag, tmp_path)


def test_notes_of_a_release_are_its_part_of_the_changelog() -> None:
    release = load_script(ROOT / "tools" / "release.py")
    newest, former = re.findall(r'<a id="v([\d-]+)"></a>', (ROOT / "CHANGELOG.md").read_text())[:2]
    notes = release.notes(former.replace("-", "."))
    assert notes.startswith('<a id="release-summary') and '<a id="v' not in notes
    assert notes != release.notes(newest.replace("-", "."))
    with pytest.raises(SystemExit, match="has no part about"):
        release.notes("99.0.0")


def test_workflows_run_what_there_is() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text()
        assert set(re.findall(r"run: make ([a-z-]+)", text)) <= targets
        # Of actions that are pinned by commit the comment says the release.
        assert re.findall(r"uses: (?!actions/[a-z-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$).*", text, re.MULTILINE) == []
    pythons = document(".github/workflows/check.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert pythons[0] == "3.11"
