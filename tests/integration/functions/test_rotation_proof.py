# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The quick part of the proof of the rotation; `make proof-rotation` runs all of it."""

from __future__ import annotations

import pytest
from proofs.rotation import mutants, xmpp
from proofs.rotation.actors import AwsError
from proofs.rotation.explore import Violation
from proofs.rotation.scenarios import DEATH, Scenario, quick, secret
from proofs.rotation.secrets_manager import CURRENT, PENDING, PREVIOUS
from support.programs import need


@pytest.mark.parametrize("scenario", quick(), ids=lambda scenario: scenario.name)
def test_whatever_happens_components_can_log_in(scenario: Scenario):
    count = scenario.explore()
    assert count.ends > 0
    assert (count.deaths > 0) is (scenario.budget.deaths > 0)
    assert (count.faults > 0) is (scenario.budget.faults > 0)


@pytest.mark.parametrize(
    "what", ["moves AWSCURRENT while prosody runs", "leaves AWSPENDING", "takes whatever version waits"]
)
def test_a_wrong_rotation_is_found(what):
    assert mutants.violation(*mutants.WRONG[what])


def test_components_log_in_to_a_real_prosody_before_and_after(aws):
    need("prosody", "prosodyctl", "openssl", "turnserver", "turnutils_uclient")
    figures = xmpp.prove(*xmpp.on(aws))
    assert (figures.accepted, figures.refused) == (13, 6)


class TestTheModelsSecretsManager:
    """The rules of the API reference, one by one: a model that is too kind would prove nothing."""

    def call(self, operation, **parameters):
        return self.secret.call(operation, {"SecretId": self.secret.name, **parameters})

    def refused(self, operation, **parameters):
        with pytest.raises(AwsError) as error:
            self.call(operation, **parameters)
        return error.value.code

    def labels(self):
        return {version[0]: sorted(labels) for version, (_, labels) in self.secret.versions.items()}

    @pytest.fixture(autouse=True)
    def _secret(self):
        self.secret = secret(v1=({"a": "1"}, [CURRENT]), v2=(None, [PENDING]))
        self.v1, self.v2 = self.secret.versions

    def test_a_moved_current_leaves_previous(self):
        self.call("PutSecretValue", ClientRequestToken=self.v2, SecretString="2", VersionStages=[PENDING])
        move = {"VersionStage": CURRENT, "MoveToVersionId": self.v2}
        assert self.refused("UpdateSecretVersionStage", **move) == "InvalidParameterException"
        assert (
            self.refused("UpdateSecretVersionStage", **move, RemoveFromVersionId=self.v2) == "InvalidParameterException"
        )
        self.call("UpdateSecretVersionStage", **move, RemoveFromVersionId=self.v1)
        assert self.labels() == {"1": [PREVIOUS], "2": [CURRENT, PENDING]}

    def test_current_cannot_be_removed(self):
        request = {"VersionStage": CURRENT, "RemoveFromVersionId": self.v1}
        assert self.refused("UpdateSecretVersionStage", **request) == "InvalidParameterException"

    def test_a_value_never_changes(self):
        for _ in range(2):
            self.call("PutSecretValue", ClientRequestToken="x", SecretString="3", VersionStages=["OWN"])
        again = {"ClientRequestToken": "x", "SecretString": "4", "VersionStages": ["OWN"]}
        assert self.refused("PutSecretValue", **again) == "ResourceExistsException"

    def test_an_empty_version_has_no_value(self):
        assert self.refused("GetSecretValue", VersionId=self.v2) == "ResourceNotFoundException"
        assert self.refused("GetSecretValue", VersionId=self.v1, VersionStage=PENDING) == "InvalidRequestException"

    def test_no_rotation_begins_while_a_version_waits(self):
        assert self.refused("RotateSecret", ClientRequestToken="x") == "InvalidRequestException"
        self.call("UpdateSecretVersionStage", VersionStage=PENDING, RemoveFromVersionId=self.v2)
        self.call("RotateSecret", ClientRequestToken="x")
        assert self.labels()["x"] == [PENDING]
        # Unlabelled it is no longer listed.
        assert self.v2 not in self.call("DescribeSecret")["VersionIdsToStages"]


def test_the_way_to_a_violation_is_told():
    patch, scenario = mutants.WRONG["leaves AWSPENDING"]
    with patch(), pytest.raises(Violation, match="playbook dies before its first call"):
        Scenario("", scenario().world, scenario().programs, DEATH).explore()
