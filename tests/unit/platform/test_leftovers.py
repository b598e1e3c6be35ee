# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is left of a platform: whose it is, what it costs, how it is told."""

from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import leftovers
from ansible_collections.meetops.jitsi.plugins.module_utils.platform.leftovers import thing

NAME = "jitsi-video-platform"


@pytest.mark.parametrize(
    ("tag", "ours"),
    [
        (f"{NAME}-us-east-1a", True),
        (f"{NAME}-us-gov-west-1b", True),
        (f"{NAME}-staging-us-east-1a", False),
        (f"{NAME}-storage", False),
        (NAME, False),
        ("us-east-1a", False),
    ],
)
def test_subnets_are_named_after_their_zone(tag, ours):
    assert leftovers.is_subnet(NAME, tag) is ours


def test_no_name_is_another_platforms():
    names = leftovers.name_tags(NAME, "example-recordings")
    assert len(set(names)) == len(names)
    assert not [name for name in names if "staging" in name]
    assert set(names).isdisjoint(leftovers.name_tags(f"{NAME}-staging", "other-recordings"))


def test_a_thing_costs_what_its_kind_costs():
    assert thing("secret", "x")["usd_month"] == 0.40
    assert thing("namespace", "x")["usd_month"] == 0.50
    assert thing("vpc", "x")["usd_month"] == 0
    assert thing("bucket", "x", usd_month=1.234)["usd_month"] == 1.23


def test_the_index_of_tags_tells_what_no_listing_knows():
    things = [
        thing("bucket", "example-recordings"),
        thing("secret", f"{NAME}-jitsi-secrets", "arn:aws:secretsmanager:us-east-1:1:secret:x-AbCdEf"),
        thing("vpc", NAME, "vpc-1"),
    ]
    arns = {
        "arn:aws:s3:::example-recordings",
        "arn:aws:secretsmanager:us-east-1:1:secret:x-AbCdEf",
        "arn:aws:ec2:us-east-1:1:vpc/vpc-1",
        "arn:aws:ec2:us-east-1:1:vpc/vpc-12",
        "arn:aws:ecs:us-east-1:1:cluster/other",
    }
    assert leftovers.unlisted(arns, things) == [
        "arn:aws:ec2:us-east-1:1:vpc/vpc-12",
        "arn:aws:ecs:us-east-1:1:cluster/other",
    ]


def test_summary():
    secret, bucket = thing("secret", "s", note="site.yml uses it again"), thing("bucket", "b", usd_month=2.3)
    assert leftovers.is_kept(secret, ["secret"])
    assert not leftovers.is_kept(bucket, ["secret"])
    assert leftovers.is_kept(thing(leftovers.DELETED_SECRET, "s"), [])
    assert thing(leftovers.DELETED_SECRET, "s")["usd_month"] == 0
    assert leftovers.summary(NAME, [], [secret, bucket], []) == [
        f"Nothing of {NAME} is left that was to go.",
        "Kept, 2.70 USD a month by list price of 2026-11:",
        "  secret s: 0.40 USD a month; site.yml uses it again",
        "  bucket b: 2.30 USD a month",
    ]
    lines = leftovers.summary(NAME, [thing("vpc", NAME, "vpc-1")], [], ["arn:x"])
    assert lines[0] == f"Of {NAME} this is left, 0.00 USD a month by list price of 2026-11; run again:"
    assert lines[1] == f"  vpc {NAME} (vpc-1): 0.00 USD a month"
    assert lines[2] == "Nothing was kept."
    assert lines[-1] == "  arn:x"
