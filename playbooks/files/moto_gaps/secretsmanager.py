# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of Secrets Manager. Local only."""

from __future__ import annotations

from typing import Any


def patch() -> None:
    """All of them."""
    patch_secretsmanager_update_secret()
    patch_secretsmanager_rotation()
    patch_secretsmanager_labels()


def patch_secretsmanager_update_secret() -> None:
    """AWS sets an empty description when UpdateSecret sends one; moto keeps the old one."""
    from moto.secretsmanager.models import SecretsManagerBackend

    update_secret = SecretsManagerBackend.update_secret

    def update(self: Any, secret_id: str, *args: Any, description: str | None = None, **kwargs: Any) -> str:
        answer = update_secret(self, secret_id, *args, description=description, **kwargs)
        if description == "":
            self.secrets[secret_id].description = ""
        return answer

    SecretsManagerBackend.update_secret = update


def patch_secretsmanager_rotation() -> None:
    """AWS makes an empty version labelled AWSPENDING and then lets the function do the rest, or, if it shall not rotate
    immediately, makes none. It answers with that version's id, keeps the schedule, and refuses a function that it may
    not call and a second rotation while one is under way. moto makes a version current at once, whatever the function
    does."""
    import json
    import time

    from moto.awslambda.utils import get_backend
    from moto.core.exceptions import JsonRESTError
    from moto.moto_api._internal import mock_random
    from moto.secretsmanager.exceptions import InvalidRequestException
    from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

    to_dict, rotate_secret = FakeSecret.to_dict, SecretsManagerBackend.rotate_secret

    def as_dict(self: Any) -> dict[str, Any]:
        found = to_dict(self)
        rules = getattr(self, "rotation_rules", None)
        return {**found, "RotationRules": rules} if rules else found

    def may_call(backend: Any, arn: str) -> bool:
        statements = get_backend(backend.account_id, backend.region_name).get_function(arn).policy.statements
        return "secretsmanager.amazonaws.com" in json.dumps(statements)

    def rotate(
        self: Any,
        secret_id: str,
        client_request_token: str | None = None,
        rotation_lambda_arn: str | None = None,
        rotation_rules: dict[str, Any] | None = None,
        rotate_immediately: bool = True,
    ) -> str:
        secret = self.secrets[secret_id] if self._is_valid_identifier(secret_id) else None
        arn = rotation_lambda_arn or getattr(secret, "rotation_lambda_arn", None)
        if secret is None or secret.is_deleted() or not arn:
            return str(rotate_secret(self, secret_id, client_request_token, None, rotation_rules, rotate_immediately))
        if not may_call(self, arn):
            raise JsonRESTError(
                "AccessDeniedException",
                "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
                "access to the principal secretsmanager.amazonaws.com.",
            )
        for version in secret.versions.values():
            if "AWSPENDING" in version["version_stages"] and "AWSCURRENT" not in version["version_stages"]:
                raise InvalidRequestException("A previous rotation isn't complete. That rotation will be reattempted.")
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn = arn
        secret.rotation_rules = rotation_rules or getattr(secret, "rotation_rules", None)
        token = None
        if rotate_immediately:
            token = client_request_token or str(mock_random.uuid4())
            secret.remove_version_stages_from_old_versions(["AWSPENDING"])
            secret.versions[token] = {
                "createdate": int(time.time()),
                "version_id": token,
                "version_stages": ["AWSPENDING"],
            }
        return str(secret.to_short_dict(version_id=token))

    FakeSecret.to_dict = as_dict
    SecretsManagerBackend.rotate_secret = rotate


def patch_secretsmanager_labels() -> None:
    """AWS keeps a label on one version at most and moves it only from the version that is named, or from none; never
    takes AWSCURRENT away; and returns the current version afterwards when none is asked for. It keeps other labels when
    AWSCURRENT moves by a new value, and tells when a version was made."""
    import json

    from moto.secretsmanager.exceptions import InvalidParameterException
    from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

    reset = FakeSecret.reset_default_version
    update_stage = SecretsManagerBackend.update_secret_version_stage

    def holder(secret: Any, label: str) -> str:
        found = [name for name, version in secret.versions.items() if label in version["version_stages"]]
        return found[0] if found else ""

    def update_secret_version_stage(
        self: Any, secret_id: str, version_stage: str, remove_from_version_id: str, move_to_version_id: str
    ) -> Any:
        secret = self.secrets.get(secret_id)
        held = holder(secret, version_stage) if secret else ""
        if secret and remove_from_version_id != (held or None) and not (held == move_to_version_id and held):
            raise InvalidParameterException(
                f"The parameter RemoveFromVersionId must name the version that has the staging label {version_stage}: "
                f"{held or 'none'}."
            )
        if secret and version_stage == "AWSCURRENT" and not move_to_version_id:
            raise InvalidParameterException("You can only move staging label AWSCURRENT to a different version.")
        if secret and held and held == move_to_version_id:
            return secret.arn, secret.name
        answer = update_stage(self, secret_id, version_stage, remove_from_version_id, move_to_version_id)
        if version_stage == "AWSCURRENT":
            secret.set_default_version_id(move_to_version_id)
        return answer

    def reset_default_version(self: Any, secret_version: dict[str, Any], version_id: str) -> None:
        before = self.versions.get(self.default_version_id, {"version_stages": []})
        kept = [label for label in before["version_stages"] if label not in ("AWSCURRENT", "AWSPREVIOUS")]
        reset(self, secret_version, version_id)
        before["version_stages"] += [label for label in kept if label not in before["version_stages"]]

    def list_secret_version_ids(self: Any, secret_id: str) -> str:
        secret = self.secrets[secret_id]
        versions = [
            {
                "VersionId": version_id,
                "VersionStages": list(version["version_stages"]),
                "CreatedDate": version["createdate"],
                "LastAccessedDate": version["createdate"],
            }
            for version_id, version in secret.versions.items()
            if version["version_stages"]
        ]
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": versions})

    FakeSecret.reset_default_version = reset_default_version
    SecretsManagerBackend.update_secret_version_stage = update_secret_version_stage
    SecretsManagerBackend.list_secret_version_ids = list_secret_version_ids
