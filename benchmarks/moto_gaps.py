# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign"
"""What moto 5.2 lacks for stock modules alone; the rest is in playbooks/files/moto_gaps/."""

from __future__ import annotations

import json
from typing import Any


def patch() -> None:
    """All of them."""
    patch_autoscaling_metrics()
    patch_applicationautoscaling_names()


def patch_autoscaling_metrics() -> None:
    """AWS has DisableMetricsCollection, which amazon.aws.autoscaling_group calls in every run."""
    from moto.autoscaling.responses import AutoScalingResponse
    from moto.core.responses import EmptyResult

    AutoScalingResponse.disable_metrics_collection = lambda response: EmptyResult()


def patch_applicationautoscaling_names() -> None:
    """AWS describes the policies that PolicyNames names; moto describes all, and the first one is taken for each."""
    from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

    describe = ApplicationAutoScalingResponse.describe_scaling_policies

    def describe_scaling_policies(response: Any) -> Any:
        names = response._get_param("PolicyNames")
        if not names:
            return describe(response)
        response._get_int_param = lambda _: None  # MaxResults, which is about those that match
        policies = json.loads(describe(response))["ScalingPolicies"]
        return json.dumps({"ScalingPolicies": [policy for policy in policies if policy["PolicyName"] in names]})

    ApplicationAutoScalingResponse.describe_scaling_policies = describe_scaling_policies
