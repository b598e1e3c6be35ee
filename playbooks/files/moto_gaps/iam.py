# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of IAM. Local only."""

from __future__ import annotations

from typing import Any


def patch() -> None:
    """All of them."""
    patch_iam_managed_policies()
    patch_iam_simulation()


def patch_iam_managed_policies() -> None:
    """Only for speed: moto builds the AWS managed policies six times over, once a partition, in 0.6 s."""
    from moto.iam.models import IAMBackend

    build = IAMBackend._init_aws_policies
    IAMBackend._init_aws_policies = lambda self: build(self) if self.region_name == "aws" else []


def patch_iam_simulation() -> None:
    """AWS has SimulatePrincipalPolicy. Here: for roles, by actions and resources alone, as if all conditions held."""
    import json
    from fnmatch import fnmatchcase

    from moto.core.responses import ActionResult
    from moto.iam.responses import IamResponse

    def listed(value: Any) -> list[Any]:
        return value if isinstance(value, list) else [value]

    def decide(statements: list[dict[str, Any]], action: str, resource: str) -> str:
        matching = {
            statement["Effect"]
            for statement in statements
            if any(fnmatchcase(action.lower(), each.lower()) for each in listed(statement.get("Action", [])))
            and any(fnmatchcase(resource, each) for each in listed(statement.get("Resource", [])))
        }
        return "explicitDeny" if "Deny" in matching else "allowed" if matching else "implicitDeny"

    def simulate_principal_policy(response: Any) -> Any:
        given = response._get_params()
        role = response.backend.get_role(given["PolicySourceArn"].rpartition("/")[2])
        documents = [*role.policies.values(), *(policy.document for policy in role.managed_policies.values())]
        statements = [
            statement
            for text in documents
            for statement in listed((json.loads(text) if isinstance(text, str) else text)["Statement"])
        ]
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decide(statements, action, resource),
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action in given["ActionNames"]
            for resource in given.get("ResourceArns") or ["*"]
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    IamResponse.simulate_principal_policy = simulate_principal_policy
