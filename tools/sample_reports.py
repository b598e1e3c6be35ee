#!/usr/bin/env python3
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes the sample reports of docs/reports and their pictures in docs/images, from the tests' month of data.

    .venv/bin/python tools/sample_reports.py

The runbooks review and audit run against an emulated AWS in this process, on which site.yml has built the platform. For
the audit some weaknesses are planted. The pictures need chromium and chromedriver.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]
for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
    del os.environ[name]

from support import browser, month, playbooks, weaknesses
from support.server import AwsServer

REPORTS, IMAGES = ROOT / "docs" / "reports", ROOT / "docs" / "images"


def main() -> None:
    """Build, fill, write, take pictures."""
    server = AwsServer()
    REPORTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:

        def run(playbook: str, **variables: Any) -> None:
            given = {"jitsi_aws_endpoint_url": server.url, **variables}
            done = playbooks.run_playbook([f"playbooks/{playbook}"], Path(home), extra_vars=given, quick=True)
            if done.rc:
                raise SystemExit(str(done))

        run("site.yml")
        month.fill(server)
        run("runbooks/review.yml", review_days=30, **files("review"))
        weaknesses.plant(server)
        run("runbooks/audit.yml", audit_fail_on="never", audit_accept=weaknesses.ACCEPTED, **files("audit"))
    server.stop()
    for kind in ("review", "audit"):
        # Samples are for everybody, and git knows no mode but this.
        for file in files(kind).values():
            Path(file).chmod(0o644)
        browser.pictures(REPORTS / f"{kind}.html", IMAGES, f"report-{kind}")
    print(json.dumps({kind: files(kind) for kind in ("review", "audit")}, indent=2))


def files(kind: str) -> dict[str, str]:
    """The variables that name a runbook's files."""
    return {f"{kind}_{form}": str(REPORTS / f"{kind}.{form}") for form in ("html", "pdf")}


if __name__ == "__main__":
    main()
