# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import botocore.session
import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.shapes import fit, strings

ECS = botocore.session.get_session().get_service_model("ecs")
SHAPE = ECS.operation_model("RegisterTaskDefinition").input_shape
MINIMAL = {"family": "jvb", "containerDefinitions": [{"name": "jvb"}]}


def container(**fields):
    return {"family": "jvb", "containerDefinitions": [{"name": "jvb", **fields}]}


def test_values_become_what_aws_wants():
    given = {
        "family": "jvb",
        "cpu": 4096,
        "taskRoleArn": None,
        "containerDefinitions": [
            {
                "name": "jvb",
                "memory": "512",
                "stopTimeout": 120.0,
                "essential": "true",
                "environment": [{"name": "PORT", "value": 10000}],
                "dockerLabels": {"level": 1},
            }
        ],
    }
    assert fit(SHAPE, given, "t") == {
        "family": "jvb",
        "cpu": "4096",
        "containerDefinitions": [
            {
                "name": "jvb",
                "memory": 512,
                "stopTimeout": 120,
                "essential": True,
                "environment": [{"name": "PORT", "value": "10000"}],
                "dockerLabels": {"level": "1"},
            }
        ],
    }


def test_tags_are_text():
    assert strings({"CostCentre": 4711}) == {"CostCentre": "4711"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({**MINIMAL, "networkmode": "host"}, "t networkmode: AWS knows no such key; use one of "),
        ({"family": "jvb"}, "t containerDefinitions: is missing; "),
        (
            {**MINIMAL, "networkMode": "awsvcp"},
            "t.networkMode awsvcp: is not a value that AWS knows; use one of bridge,",
        ),
        (container(memory="1 GB"), "t.containerDefinitions[jvb].memory '1 GB': is not of type integer; "),
        (container(memory=True), "t.containerDefinitions[jvb].memory True: is not of type integer; "),
        (container(memory=1.5), "t.containerDefinitions[jvb].memory 1.5: is not of type integer; "),
        (container(essential="perhaps"), "t.containerDefinitions[jvb].essential 'perhaps': is not of type boolean; "),
        (
            container(environment=[{"name": "A", "value": True}]),
            "t.containerDefinitions[jvb].environment[A].value True: is not of type string; quote it",
        ),
        (container(command="sleep 1"), "t.containerDefinitions[jvb].command 'sleep 1': is not of type list; "),
        (container(command=5), "t.containerDefinitions[jvb].command 5: is not of type list; "),
        (container(command=[["a"]]), "t.containerDefinitions[jvb].command[0] ['a']: is not of type string; "),
        (container(dockerLabels=[]), "t.containerDefinitions[jvb].dockerLabels []: is not of type map; "),
        (container(healthCheck="CMD"), "t.containerDefinitions[jvb].healthCheck 'CMD': is not a dictionary; "),
        (container(secrets=[{"name": "A"}]), "t.containerDefinitions[jvb].secrets[A] valueFrom: is missing; "),
    ],
)
def test_message_names_place_value_and_fix(given, message):
    with pytest.raises(InvalidInput) as raised:
        fit(SHAPE, given, "t")
    assert str(raised.value).startswith(message)
