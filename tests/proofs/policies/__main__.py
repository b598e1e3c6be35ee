# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs every playbook, records what IAM is asked, and compares with the policies: `make proof-policies`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]
for name in [name for name in os.environ if name.upper().startswith(("AWS_", "MOTO_"))]:
    del os.environ[name]

from proofs.policies import runtime  # noqa: E402
from proofs.policies.scenarios import SCENARIOS, Stage  # noqa: E402
from support import evidence  # noqa: E402
from support.permissions import Permission  # noqa: E402
from support.server import AwsServer  # noqa: E402


def keep_roles(roles: dict[str, Any], optional: dict[str, Any]) -> None:
    """Write what the roles may do, one document a role, and what those may do that options make or change."""
    folder = ROOT / "docs" / "policies" / "roles"
    folder.mkdir(exist_ok=True)
    if optional:
        for file in folder.glob("*.json"):
            file.unlink()
        roles = {**roles, **runtime.with_options(roles, optional)}
    for role, document in roles.items():
        (folder / f"{role}.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep what was recorded, for the tests and the documents")
    parser.add_argument("--only", default="", help="scenarios whose name begins with one of these, with commas between")
    options = parser.parse_args()
    logging.disable()
    chosen = tuple(options.only.split(","))
    recorded = evidence.load()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="policies-") as folder:
        stage = Stage(AwsServer(), Path(folder))
        for scenario in SCENARIOS:
            if not scenario.name.startswith(chosen):
                continue
            begin = time.monotonic()
            stage.seen, stage.playbooks, stage.unknown = set(), set(), set()
            try:
                scenario.run(stage)
            except Exception as error:
                print(f"{scenario.name}: {error!r}", flush=True)
                wrong += 1
                continue
            if scenario.audience != "site":
                # Once site.yml has run, the roles of AWS's services are there.
                stage.seen = {item for item in stage.seen if item.action != "iam:CreateServiceLinkedRole"}
            before = recorded.get(scenario.name, evidence.Recorded(scenario.audience)).asked
            new, gone = stage.seen - before, before - stage.seen
            print(
                f"{scenario.name}: {len(stage.seen)} questions, {len(new)} new, {len(gone)} gone, "
                f"{time.monotonic() - begin:.0f} s",
                flush=True,
            )
            for call in sorted(stage.unknown):
                print(f"  not known: {call}")
            wrong += len(stage.unknown)
            for question in sorted(map(str, new))[:5]:
                print(f"  new: {question}")
            wrong += len(new) + len(gone)
            recorded[scenario.name] = evidence.Recorded(
                scenario.audience, tuple(sorted(stage.playbooks)), frozenset(stage.seen)
            )
            if options.write:
                evidence.save(recorded)
    known = {scenario.name for scenario in SCENARIOS}
    recorded = {name: entry for name, entry in recorded.items() if name in known}
    if options.write:
        evidence.save(recorded)
        keep_roles(runtime.roles(stage.build()), runtime.roles(stage.optional))
    every = frozenset[Permission]().union(*(entry.asked for entry in recorded.values()))
    print(
        f"policies: scenarios={len(recorded)} questions={len(every)} "
        f"actions={len({item.action for item in every})} differing from the record={wrong}"
    )
    return 0 if options.write or not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
