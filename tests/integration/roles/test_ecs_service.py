# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rendered documents, judged by what the images read, by cfn-lint, and by rules for what cfn-lint misses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.meetops.jitsi.plugins.module_utils.access import roles as iam
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import instance_pool, task_definitions
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import bucket
from support import documents
from support.rendering import findings

CONTRACT = json.loads((Path(__file__).parents[2] / "data" / "env_contract.json").read_text())
KEY = f"arn:aws:kms:us-east-1:{documents.ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"
VARIANTS = {
    "default": {},
    "no recording": {"jitsi_enable_recording": False},
    "all choices": {
        "jitsi_recorder_launch_type": "FARGATE",
        "jitsi_recorder_cpu": 4096,
        "jitsi_recorder_memory": 8192,
        "jitsi_readonly_root": False,
        "jitsi_secret_kms_key_arn": KEY,
        "jitsi_recording_kms_key_arn": KEY,
        "jitsi_resolution": 1080,
    },
}


@pytest.fixture(scope="module", params=list(VARIANTS))
def rendered(request, tmp_path_factory):
    return documents.render(tmp_path_factory.mktemp("documents"), **VARIANTS[request.param])


@pytest.fixture(scope="module")
def default(tmp_path_factory):
    return documents.render(tmp_path_factory.mktemp("documents"))


def containers(rendered):
    return [(task, container) for task in rendered["task_definitions"] for container in task["containerDefinitions"]]


def image_of(container):
    """Name of the Jitsi image of a container, or None for Caddy and coturn."""
    found = re.fullmatch(r"ghcr\.io/jitsi/(\w+):stable-11146-2", container["image"])
    return found and found.group(1)


def test_every_variable_is_one_that_the_image_reads(rendered):
    for _task, container in containers(rendered):
        image = image_of(container)
        if image is None:
            assert container["name"] in ("caddy", "coturn", "stun")
            continue
        given = {item["name"] for item in container.get("environment", []) + container.get("secrets", [])}
        assert given <= set(CONTRACT[image]), (container["name"], given - set(CONTRACT[image]))


def test_every_required_variable_is_set(rendered):
    for _task, container in containers(rendered):
        if container["name"] in ("stats", "protect", "caddy", "coturn", "stun"):
            continue
        given = {item["name"]: item for item in container.get("environment", []) + container.get("secrets", [])}
        required = {name for name, entry in CONTRACT[image_of(container)].items() if entry["required"]}
        assert required <= set(given), (container["name"], required - set(given))
        assert all(item.get("value") != "" for item in given.values())


def test_every_secret_comes_from_the_document(rendered):
    reference = re.compile(re.escape(documents.PLATFORM["secret_arn"]) + r":(\w+)::")
    for _task, container in containers(rendered):
        contract = CONTRACT.get(image_of(container), {})
        for item in container.get("environment", []):
            assert not contract.get(item["name"], {}).get("secret"), item["name"]
            assert not re.search(r"PASSWORD|SECRET|CREDENTIAL|TOKEN", item["name"]), item["name"]
        for item in container.get("secrets", []):
            assert reference.fullmatch(item["valueFrom"]).group(1) == item["name"].lower()


def test_secrets_are_keys_that_the_role_secrets_makes(rendered):
    made = yaml.safe_load((documents.ROOT / "roles" / "secrets" / "vars" / "main.yml").read_text())
    keys = {**made["_secrets_keys"], **made["_secrets_fixed_keys"]}
    used = {item["name"].lower() for _task, container in containers(rendered) for item in container.get("secrets", [])}
    assert used <= set(keys)


def environment(rendered, name):
    found = next(container for _task, container in containers(rendered) if container["name"] == name)
    return {item["name"]: item["value"] for item in found["environment"]}


def test_settings_that_operators_were_promised(default):
    web, prosody = environment(default, "web"), environment(default, "prosody")
    assert (web["RESOLUTION"], web["RESOLUTION_WIDTH"], web["ENABLE_RECORDING"]) == ("720", "1280", "1")
    assert web["PUBLIC_URL"] == "https://meet.example.com"
    assert (prosody["MAX_PARTICIPANTS"], prosody["LOG_LEVEL"]) == ("50", "info")
    assert (prosody["TURN_HOST"], prosody["TURN_PORT"]) == ("turn.meet.example.com", "4443")
    # Two people talk directly, by a server of ours.
    assert (prosody["STUN_HOST"], prosody["STUN_PORT"]) == ("turn.meet.example.com", "3478")
    assert web["P2P_STUN_SERVERS"] == "turn.meet.example.com:3478"
    jicofo, jvb, jibri = (environment(default, name) for name in ("jicofo", "jvb", "jibri"))
    assert jicofo["JICOFO_CONF_INITIAL_PARTICIPANT_WAIT_TIMEOUT"] == "15 seconds"
    assert jicofo["JICOFO_CONF_SINGLE_PARTICIPANT_TIMEOUT"] == "20 seconds"
    assert jvb["JVB_ADVERTISE_PRIVATE_CANDIDATES"] == "false"
    assert jvb["XMPP_SERVER"] == jibri["XMPP_SERVER"] == "xmpp.jitsi-video-platform.internal"
    assert jibri["JIBRI_RECORDING_RESOLUTION"] == "1280x720"
    hidden = {values["XMPP_HIDDEN_DOMAIN"] for values in (web, prosody, jicofo, jibri)}
    assert hidden == {"hidden.meet.jitsi"}


# --- Rules for what cfn-lint misses -----------------------------------------------------------------------------------


def test_task_definitions_pass_the_modules_own_rules(rendered):
    for task in rendered["task_definitions"]:
        assert list(task_definitions.problems(task)) == []


def test_fargate_tasks_ask_for_nothing_that_fargate_lacks(rendered):
    for task, container in containers(rendered):
        linux = container.get("linuxParameters", {})
        assert not container.get("privileged")
        assert "initProcessEnabled" not in linux
        assert container.get("stopTimeout", 30) <= 120
        assert "add" not in linux.get("capabilities", {})
        for port in container.get("portMappings", []):
            assert port["hostPort"] == port["containerPort"]
        if "FARGATE" in task["requiresCompatibilities"]:
            assert task["networkMode"] == "awsvpc"
            assert not {"sharedMemorySize", "devices", "swappiness", "maxSwap"} & set(linux)
            assert 21 <= task.get("ephemeralStorage", {"sizeInGiB": 21})["sizeInGiB"] <= 200


def test_certificates_are_on_the_file_system_and_the_secret_of_the_origin_is_not_a_setting(default):
    signalling = default["task_definitions"][0]
    caddy = next(container for container in signalling["containerDefinitions"] if container["name"] == "caddy")
    (volume,) = signalling["volumes"]
    (mount,) = caddy["mountPoints"]
    assert (mount["sourceVolume"], mount["containerPath"]) == (volume["name"], "/data")
    assert volume["efsVolumeConfiguration"] == {
        "fileSystemId": documents.PLATFORM["file_system_id"],
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": documents.PLATFORM["access_point_id"], "iam": "ENABLED"},
    }
    assert [item["name"] for item in caddy["secrets"]] == ["ORIGIN_SECRET"]
    role = next(role for role in default["roles"] if role["name"].endswith("-signalling-task"))
    (statement,) = role["policies"]["keep-certificates"]["Statement"]
    assert statement["Resource"].endswith(documents.PLATFORM["file_system_id"])
    (condition,) = statement["Condition"]["StringEquals"].values()
    assert condition.endswith(documents.PLATFORM["access_point_id"])


def test_read_only_roots_have_room_to_write(default):
    for _task, container in containers(default):
        assert container["readonlyRootFilesystem"] is True
        assert "/tmp" in {mount["containerPath"] for mount in container["linuxParameters"]["tmpfs"]}


def test_writable_roots_on_request(tmp_path):
    rendered = documents.render(tmp_path, **VARIANTS["all choices"])
    assert not any(container["readonlyRootFilesystem"] for _task, container in containers(rendered))
    jibri = next(container for _task, container in containers(rendered) if container["name"] == "jibri")
    assert "/dev/shm" in {mount["containerPath"] for mount in jibri["linuxParameters"]["tmpfs"]}


def test_recorder_has_the_shared_memory_that_chrome_needs(default):
    jibri = next(container for _task, container in containers(default) if container["name"] == "jibri")
    assert jibri["linuxParameters"]["sharedMemorySize"] == 2048
    recorder = default["task_definitions"][2]
    assert (recorder["networkMode"], recorder["requiresCompatibilities"]) == ("host", ["EC2"])


def test_two_signalling_tasks_never_overlap(rendered):
    signalling = rendered["services"][0]
    assert signalling["deploymentConfiguration"]["maximumPercent"] == 100
    assert signalling["deploymentConfiguration"]["minimumHealthyPercent"] == 0
    for service in rendered["services"]:
        assert "desiredCount" not in service
        assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
        assert service["availabilityZoneRebalancing"] == "DISABLED"


def test_no_recorder_without_recording(tmp_path):
    rendered = documents.render(tmp_path, jitsi_enable_recording=False)
    assert "recorder" not in json.dumps([task["family"] for task in rendered["task_definitions"]])
    assert len(rendered["services"]) == 2
    assert environment(rendered, "web")["ENABLE_RECORDING"] == "0"
    prosody = next(container for _task, container in containers(rendered) if container["name"] == "prosody")
    assert not [item for item in prosody["secrets"] if "JIBRI" in item["name"]]


def test_roles_allow_no_wildcard_without_a_reason(rendered):
    for role in rendered["roles"]:
        for document in role["policies"].values():
            for statement in document["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                assert not [action for action in actions if "*" in action]
                # ecs:DiscoverPollEndpoint has no resource types, ecs:ListTasks only one that Fargate has not: AWS
                # accepts nothing narrower.
                assert statement["Resource"] != "*" or actions in (["ecs:DiscoverPollEndpoint"], ["ecs:ListTasks"])
                assert actions != ["ecs:ListTasks"] or "ecs:cluster" in statement["Condition"]["ArnEquals"]


# --- cfn-lint ---------------------------------------------------------------------------------------------------------


# What CloudFormation calls otherwise than the API.
WORDS = {"efsVolumeConfiguration": "EFSVolumeConfiguration", "fileSystemId": "FilesystemId", "iam": "IAM"}


def pascal(value, key=""):
    """API spelling to CloudFormation's; the keys of free maps stay."""
    if isinstance(value, list):
        return [pascal(item) for item in value]
    if isinstance(value, dict) and key not in ("options", "dockerLabels"):
        return {WORDS.get(name, name[0].upper() + name[1:]): pascal(item, name) for name, item in value.items()}
    return value


def tags(values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


def template(rendered):
    """The rendered documents as one CloudFormation template."""
    resources = {}
    for number, task in enumerate(rendered["task_definitions"]):
        resources[f"Task{number}"] = {"Type": "AWS::ECS::TaskDefinition", "Properties": pascal(task)}
    for number, service in enumerate(rendered["services"]):
        resources[f"Service{number}"] = {
            "Type": "AWS::ECS::Service",
            "Properties": {**pascal(service), "Cluster": "jitsi-video-platform-cluster", "DesiredCount": 0},
        }
    for number, role in enumerate(rendered["roles"]):
        trust = role["trust"]
        resources[f"Role{number}"] = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": role["name"],
                "Description": role["description"],
                "AssumeRolePolicyDocument": iam.trust_document(
                    trust["service"] if isinstance(trust["service"], list) else [trust["service"]],
                    trust.get("conditions", {}),
                ),
                "Policies": [
                    {"PolicyName": name, "PolicyDocument": document} for name, document in role["policies"].items()
                ],
            },
        }
    pool = {
        "name": "jitsi-video-platform-recorder",
        "instance_type": "c6i.xlarge",
        "instance_profile": "jitsi-video-platform-recorder-instance",
        "user_data": "#!/bin/bash\n",
        "volume_size": 60,
        "security_groups": [documents.PLATFORM["security_group_ids"]["recorder"]],
        "subnets": documents.PLATFORM["subnet_ids"],
        "max_size": 2,
        "tags": {"Name": "jitsi-video-platform"},
    }
    resources["Template"] = {
        "Type": "AWS::EC2::LaunchTemplate",
        "Properties": {"LaunchTemplateName": pool["name"], "LaunchTemplateData": instance_pool.launch_template(pool)},
    }
    group = instance_pool.group(pool)
    resources["Group"] = {
        "Type": "AWS::AutoScaling::AutoScalingGroup",
        "Properties": {
            "MinSize": str(group["MinSize"]),
            "MaxSize": str(group["MaxSize"]),
            "VPCZoneIdentifier": group["Subnets"],
            "NewInstancesProtectedFromScaleIn": group["NewInstancesProtectedFromScaleIn"],
            "LaunchTemplate": {
                "LaunchTemplateName": pool["name"],
                "Version": {"Fn::GetAtt": ["Template", "LatestVersionNumber"]},
            },
            "Tags": [{**tag, "PropagateAtLaunch": True} for tag in tags(group["Tags"])],
        },
    }
    name = "jitsi-video-platform-recordings"
    settings = bucket.wanted(
        bucket.arn("aws", name), bucket.MANAGED_KEY, bucket.lifecycle_rules(90, 365, 30, 2), {"Name": "x"}
    )
    resources["Bucket"] = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": name,
            "PublicAccessBlockConfiguration": settings["public_access_block"],
            "OwnershipControls": {"Rules": [{"ObjectOwnership": settings["ownership"]}]},
            "VersioningConfiguration": {"Status": settings["versioning"]},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {
                        "BucketKeyEnabled": settings["encryption"]["bucket_key"],
                        "ServerSideEncryptionByDefault": {
                            "SSEAlgorithm": settings["encryption"]["algorithm"],
                            "KMSMasterKeyID": settings["encryption"]["kms_key_id"],
                        },
                    }
                ]
            },
            "LifecycleConfiguration": {"Rules": [cfn_rule(key, rule) for key, rule in settings["lifecycle"].items()]},
            "Tags": tags(settings["tags"]),
        },
    }
    resources["Policy"] = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": name, "PolicyDocument": bucket.tls_only_policy(bucket.arn("aws", name))},
    }
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def cfn_rule(name, rule):
    """A lifecycle rule in CloudFormation's words, which differ from the API's."""
    words = {"Id": name, "Status": rule["Status"]}
    if rule["Filter"]["Prefix"]:
        words["Prefix"] = rule["Filter"]["Prefix"]
    for transition in rule.get("Transitions", []):
        words["Transitions"] = [{"StorageClass": transition["StorageClass"], "TransitionInDays": transition["Days"]}]
    expiration = rule.get("Expiration", {})
    if "Days" in expiration:
        words["ExpirationInDays"] = expiration["Days"]
    same = ("ExpiredObjectDeleteMarker", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    return words | {name: value for name, value in {**rule, **expiration}.items() if name in same}


def test_cfn_lint_finds_nothing(rendered):
    assert findings(template(rendered)) == []


def test_cfn_lint_would_find_a_wrong_document(default):
    wrong = template(default)
    wrong["Resources"]["Task0"]["Properties"]["NetworkMode"] = "bogus"
    assert [finding for finding in findings(wrong) if finding.startswith("E3030 ")]
