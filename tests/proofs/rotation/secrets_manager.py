# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One secret in a Secrets Manager that keeps AWS's rules about versions and their labels.

The rules are those of the API reference, whose text botocore's model carries: a label is on one version at most; moving
AWSCURRENT puts AWSPREVIOUS on the version that had it; a label that is elsewhere moves only when its holder is named;
AWSCURRENT cannot be removed; a version's value never changes. A version without labels is deprecated: it is listed no
more, but for a day it can be read, and labelled again.
"""

from __future__ import annotations

from typing import Any

from .actors import EPOCH, REGION, AwsError

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


class Secret:
    """The secret: version id -> (value or None, labels)."""

    def __init__(
        self, name: str, versions: dict[str, tuple[str | None, frozenset[str]]], rotation: bool = False
    ) -> None:
        self.name = name
        self.arn = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:{name}-AbCdEf"
        self.versions = dict(versions)
        self.rotation = rotation

    def copy(self) -> Secret:
        twin = Secret.__new__(Secret)
        twin.__dict__.update(self.__dict__)
        twin.versions = dict(self.versions)
        return twin

    @property
    def key(self) -> tuple[Any, ...]:
        return (
            tuple(
                sorted((version, value, tuple(sorted(labels))) for version, (value, labels) in self.versions.items())
            ),
        )

    def holder(self, label: str) -> str | None:
        """The version that carries a label."""
        return next((version for version, (_, labels) in self.versions.items() if label in labels), None)

    def current(self) -> str | None:
        """The value of AWSCURRENT: what ECS injects into a task that starts now."""
        version = self.holder(CURRENT)
        return self.versions[version][0] if version else None

    # --- Labels

    def _put(self, version: str, label: str) -> None:
        former = self.holder(label)
        if former == version:
            return
        self._move(label, former, version)
        if label == CURRENT and former is not None:
            self._move(PREVIOUS, self.holder(PREVIOUS), former)

    def _move(self, label: str, source: str | None, target: str | None) -> None:
        if source is not None:
            value, labels = self.versions[source]
            self.versions[source] = (value, labels - {label})
        if target is not None:
            value, labels = self.versions[target]
            self.versions[target] = (value, labels | {label})

    # --- Operations

    def call(self, operation: str, parameters: dict[str, Any]) -> Any:
        if parameters.get("SecretId") not in (self.name, self.arn):
            raise AwsError("ResourceNotFoundException", "no such secret")
        return getattr(self, f"_{operation}")(**{k: v for k, v in parameters.items() if k != "SecretId"})

    def _DescribeSecret(self) -> dict[str, Any]:
        described = {
            "ARN": self.arn,
            "Name": self.name,
            "CreatedDate": EPOCH,
            "LastChangedDate": EPOCH,
            "VersionIdsToStages": {version: sorted(labels) for version, (_, labels) in self.versions.items() if labels},
        }
        return {**described, "RotationEnabled": True} if self.rotation else described

    def _ListSecretVersionIds(self, IncludeDeprecated: bool = False, **_: Any) -> dict[str, Any]:
        versions = [
            {"VersionId": version, "VersionStages": sorted(labels), "CreatedDate": EPOCH}
            for version, (_, labels) in self.versions.items()
            if labels or IncludeDeprecated
        ]
        return {"ARN": self.arn, "Name": self.name, "Versions": versions}

    def _GetSecretValue(self, VersionId: str = "", VersionStage: str = "") -> dict[str, Any]:
        version = VersionId or self.holder(VersionStage or CURRENT)
        if version not in self.versions:
            raise AwsError("ResourceNotFoundException", "can't find the specified secret value")
        value, labels = self.versions[version]
        if VersionStage and VersionStage not in labels:
            raise AwsError("InvalidRequestException", "VersionStage is not associated to the provided VersionId")
        if value is None:
            raise AwsError("ResourceNotFoundException", "can't find the specified secret value")
        return {
            "ARN": self.arn,
            "Name": self.name,
            "VersionId": version,
            "SecretString": value,
            "VersionStages": sorted(labels),
            "CreatedDate": EPOCH,
        }

    def _PutSecretValue(
        self, ClientRequestToken: str, SecretString: str, VersionStages: list[str] | None = None
    ) -> dict[str, Any]:
        token = ClientRequestToken
        value, labels = self.versions.get(token, (None, frozenset()))
        if value is not None and value != SecretString:
            raise AwsError("ResourceExistsException", "a version with this token holds another value")
        if value is None:
            self.versions[token] = (SecretString, labels)
            for label in VersionStages or [CURRENT]:
                self._put(token, label)
        return {"ARN": self.arn, "Name": self.name, "VersionId": token, "VersionStages": VersionStages or [CURRENT]}

    def _UpdateSecretVersionStage(
        self, VersionStage: str, MoveToVersionId: str = "", RemoveFromVersionId: str = ""
    ) -> dict[str, Any]:
        holder = self.holder(VersionStage)
        for version in (MoveToVersionId, RemoveFromVersionId):
            if version and version not in self.versions:
                raise AwsError("ResourceNotFoundException", "no such version")
        if RemoveFromVersionId and RemoveFromVersionId != holder:
            raise AwsError("InvalidParameterException", "the label is not on the version to remove it from")
        if MoveToVersionId and holder not in (None, MoveToVersionId) and not RemoveFromVersionId:
            raise AwsError("InvalidParameterException", "the label is on another version; name it to remove it from")
        if MoveToVersionId:
            self._put(MoveToVersionId, VersionStage)
        elif VersionStage == CURRENT:
            raise AwsError("InvalidParameterException", "AWSCURRENT can only be moved")
        elif RemoveFromVersionId:
            self._move(VersionStage, RemoveFromVersionId, None)
        else:
            raise AwsError("InvalidParameterException", "neither a version to move to nor one to remove from")
        return {"ARN": self.arn, "Name": self.name}

    def _RotateSecret(self, ClientRequestToken: str) -> dict[str, Any]:
        """What is done at once: an empty version, labelled AWSPENDING. AWS invokes the function after it."""
        pending = self.holder(PENDING)
        if pending is not None and pending != self.holder(CURRENT):
            raise AwsError("InvalidRequestException", "A previous rotation isn't complete")
        self.versions[ClientRequestToken] = (None, frozenset())
        self._move(PENDING, pending, ClientRequestToken)
        return {"ARN": self.arn, "Name": self.name, "VersionId": ClientRequestToken}
