# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of IAM. Local only."""

from __future__ import annotations


def patch() -> None:
    """All of them."""
    patch_iam_managed_policies()


def patch_iam_managed_policies() -> None:
    """Only for speed: moto builds the AWS managed policies six times over, once a partition, in 0.6 s."""
    from moto.iam.models import IAMBackend

    build = IAMBackend._init_aws_policies
    IAMBackend._init_aws_policies = lambda self: build(self) if self.region_name == "aws" else []
