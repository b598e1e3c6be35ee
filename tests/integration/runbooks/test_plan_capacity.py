# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations


def test_runbook_compares_and_draws(aws, quick_playbook, tmp_path):
    """No call to AWS; a picture that is drawn once, and not under --check."""
    picture = tmp_path / "day.svg"
    variables = {"capacity_day": "meetup", "capacity_days": 2, "capacity_picture": str(picture)}
    checked = quick_playbook("playbooks/runbooks/plan_capacity.yml", "--check", extra_vars=variables)
    assert (checked.rc, checked.changed) == (0, 1), checked
    assert not picture.exists()
    first, second = (quick_playbook("playbooks/runbooks/plan_capacity.yml", extra_vars=variables) for _ in range(2))
    assert (first.rc, first.changed, second.changed) == (0, 1, 0), first
    assert picture.read_text().startswith("<?xml")
    assert "scaling at 50 %" in first.stdout
    assert aws.calls == []
