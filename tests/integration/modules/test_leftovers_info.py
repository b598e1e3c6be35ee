# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is left of a platform, as the module finds it: all of one that is there, and nothing of another."""

from __future__ import annotations

from support.environments import PRODUCTION, STAGING

KINDS = {
    *("service", "cluster", "capacity provider", "task definition", "scalable target", "auto scaling group"),
    *("launch template", "vpc", "subnet", "internet gateway", "route table", "vpc endpoint", "security group"),
    *("file system", "namespace", "record", "hosted zone", "function", "rule", "table", "alarm", "dashboard"),
    *("log group", "topic", "budget", "role", "instance profile", "distribution", "origin access control"),
    *("response headers policy", "cache policy", "certificate", "secret", "bucket"),
}


def params(environment):
    """The module's parameters for a platform."""
    bucket = f"jitsi-{environment.domain.replace('.', '-')}-recordings"
    return {
        "name": environment.name,
        "domain": environment.domain,
        "hosted_zone": "example.com",
        "recording_bucket": bucket,
    }


def test_all_of_a_platform_is_found_and_nothing_is_another_ones(converged, run_module):
    found = run_module("leftovers_info", **params(PRODUCTION), kept=["recordings", "secret"])
    assert {item["kind"] for item in [*found["left"], *found["kept"]]} == KINDS
    assert {item["kind"] for item in found["kept"]} == {"bucket", "secret"}
    assert converged.mutating() == []
    assert found["summary"][0].startswith("Of jitsi-video-platform this is left, ")
    prices = {item["kind"]: item["usd_month"] for item in [*found["left"], *found["kept"]]}
    assert {kind for kind, usd in prices.items() if usd} == {"secret", "namespace", "hosted zone", "alarm", "dashboard"}

    other = run_module("leftovers_info", **params(STAGING))
    assert (other["left"], other["kept"], other["tagged"]) == ([], [], [])
    assert other["summary"] == [f"Nothing of {STAGING.name} is left that was to go.", "Nothing was kept."]
