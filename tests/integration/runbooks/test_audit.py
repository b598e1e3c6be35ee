# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""playbooks/runbooks/audit.yml: nothing to find on a platform after a month of use, and every planted weakness."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import weaknesses
from support.month import Month
from support.playbooks import Run
from support.server import AwsServer

# Images grow old while nobody changes anything: the tests do not depend on the day.
NO_AGE = {"audit_image_days": 9999}


@pytest.fixture
def audit(
    converged: AwsServer, month: Callable[..., Month], quick_playbook: Callable[..., Run], tmp_path: Path
) -> Callable[..., Any]:
    """Run the runbook; returns its run and its facts."""
    month()

    def run(**variables: Any) -> tuple[Run, dict[str, Any]]:
        path = tmp_path / "audit.json"
        converged.calls.clear()
        done = quick_playbook(
            "playbooks/runbooks/audit.yml", extra_vars={**NO_AGE, "runbook_file": str(path), **variables}
        )
        assert converged.mutating() == []
        return done, json.loads(path.read_text())

    return run


def test_a_platform_as_it_was_built(converged: AwsServer, audit: Callable[..., Any]) -> None:
    run, found = audit(audit_fail_on="low")
    assert run.rc == 0, run
    assert found["findings"] == []
    assert len(converged.calls) <= 55
    assert "secretsmanager:GetSecretValue" not in converged.calls
    name = weaknesses.NAME
    assert {group: ports for group, ports in found["open"].items() if ports} == {
        f"{name}-signalling": ["tcp 80"],
        f"{name}-bridge": ["tcp 4443", "udp 10000", "udp 3478"],
    }
    # The release of every image is known.
    assert len(found["ages"]) == 8 and all(item["days"] is not None for item in found["ages"])


def test_planted_weaknesses(converged: AwsServer, audit: Callable[..., Any], tmp_path: Path) -> None:
    weaknesses.plant(converged)
    page = tmp_path / "audit.html"
    run, found = audit(audit_accept=weaknesses.ACCEPTED, audit_html=str(page))
    assert {item["id"]: item["severity"] for item in found["findings"]} == weaknesses.FOUND
    grave = [name for name, severity in weaknesses.FOUND.items() if severity == "high"]
    assert sorted(found["failing"]) == sorted(grave)
    assert [item["id"] for item in found["findings"] if item["accepted"]] == weaknesses.ACCEPTED
    # It fails, after everything was written.
    assert run.rc == 2 and f"{len(grave)} findings are high or graver" in run.said
    assert "db &lt;b&gt;&amp;$x$" in page.read_text()
