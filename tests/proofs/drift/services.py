# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drifts of roles, functions, rules, cluster, tasks, services and their scaling."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.changes import spelled

from .case import NAME, Hand, Table, call
from .stores import ARN
from .watching import ALARM_FIELDS, METRIC_MATH, change_alarm

CLUSTER = f"{NAME}-cluster"
ROTATION = f"{NAME}-rotation"
FUNCTION = f"function {ROTATION}"
WAKE = f"{NAME}-wake"
RULE = f"rule {NAME}-tasks"
SLEEP = f"rule {NAME}-sleep"
TASK_ROLE = f"{NAME}-bridge-task"
EXECUTION_ROLE = f"{NAME}-bridge-execution"
INSTANCE_ROLE = f"{NAME}-recorder-instance"
READ_ONLY_ACCESS = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
POOL = f"{NAME}-recorder"


def other_trust(hand: Hand) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    hand.iam.update_assume_role_policy(RoleName=TASK_ROLE, PolicyDocument=document)


def put_policy(hand: Hand, role: str, policy: str = "") -> None:
    """Another policy under the name of the role's own, or under a new one."""
    policy = policy or hand.iam.list_role_policies(RoleName=role)["PolicyNames"][0]
    hand.iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(ALLOW_ALL))


def lose_policy(hand: Hand, role: str) -> None:
    (policy,) = hand.iam.list_role_policies(RoleName=role)["PolicyNames"]
    hand.iam.delete_role_policy(RoleName=role, PolicyName=policy)


def role_tags(hand: Hand) -> None:
    hand.iam.tag_role(RoleName=INSTANCE_ROLE, Tags=[{"Key": "Stray", "Value": "x"}])
    hand.iam.untag_role(RoleName=INSTANCE_ROLE, TagKeys=["Environment"])


def lose_profile(hand: Hand) -> None:
    hand.iam.remove_role_from_instance_profile(InstanceProfileName=INSTANCE_ROLE, RoleName=INSTANCE_ROLE)


def lose_role(hand: Hand, role: str) -> None:
    for policy in hand.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        hand.iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    for name in hand.iam.list_role_policies(RoleName=role)["PolicyNames"]:
        hand.iam.delete_role_policy(RoleName=role, PolicyName=name)
    hand.iam.delete_role(RoleName=role)


def environment(hand: Hand) -> None:
    found = hand.client("lambda").get_function_configuration(FunctionName=ROTATION)
    function(Environment={"Variables": {**found["Environment"]["Variables"], "OVERDUE_DAYS": "9999"}})(hand)


def function_call(operation: str, **parameters: Any) -> Callable[[Hand], object]:
    return call("lambda", operation, FunctionName=ROTATION, **parameters)


def function(**changes: Any) -> Callable[[Hand], object]:
    return function_call("update_function_configuration", **changes)


def layer(hand: Hand) -> None:
    made = hand.client("lambda").publish_layer_version(LayerName="other", Content={"ZipFile": EMPTY_ZIP})
    function(Layers=[made["LayerVersionArn"]])(hand)


def function_tags(hand: Hand) -> None:
    arn = ARN("lambda", f"function:{ROTATION}")
    hand.client("lambda").tag_resource(Resource=arn, Tags={"Stray": "x"})
    hand.client("lambda").untag_resource(Resource=arn, TagKeys=["Environment"])


def stray_target(hand: Hand) -> None:
    hand.events.put_targets(Rule=f"{NAME}-tasks", Targets=[{"Id": "stray", "Arn": ARN("sns", f"{NAME}-alerts")}])


def other_target(hand: Hand) -> None:
    hand.events.put_targets(Rule=f"{NAME}-tasks", Targets=[{"Id": "function", "Arn": ARN("lambda", "function:other")}])


def change_rule(hand: Hand, rule: str, **changes: Any) -> None:
    found = hand.events.describe_rule(Name=rule)
    taken = ("Name", "EventPattern", "ScheduleExpression", "State", "Description")
    hand.events.put_rule(**{**{key: found[key] for key in taken if found.get(key)}, **changes})


def rule_tags(hand: Hand) -> None:
    arn = ARN("events", f"rule/{NAME}-sleep")
    hand.events.tag_resource(ResourceARN=arn, Tags=[{"Key": "Stray", "Value": "x"}])
    hand.events.untag_resource(ResourceARN=arn, TagKeys=["Environment"])


def lose_rule(hand: Hand, rule: str) -> None:
    targets = [item["Id"] for item in hand.events.list_targets_by_rule(Rule=rule)["Targets"]]
    hand.events.remove_targets(Rule=rule, Ids=targets)
    hand.events.delete_rule(Name=rule)


def other_template(hand: Hand) -> None:
    """A new version that differs in all that the role sets."""
    data = {
        "ImageId": "ami-12345678",
        "InstanceType": "t3.nano",
        "IamInstanceProfile": {"Name": "other"},
        "UserData": "eA==",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "Encrypted": False}}],
        "MetadataOptions": {"HttpTokens": "optional"},
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": False}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Stray", "Value": "x"}]}],
    }
    hand.ec2.create_launch_template_version(LaunchTemplateName=POOL, LaunchTemplateData=data)


def add_to_template(hand: Hand) -> None:
    """A new version with something that the role does not set."""
    found = hand.ec2.describe_launch_template_versions(LaunchTemplateName=POOL, Versions=["$Latest"])
    data = {**found["LaunchTemplateVersions"][0]["LaunchTemplateData"], "KeyName": "other"}
    hand.ec2.create_launch_template_version(LaunchTemplateName=POOL, LaunchTemplateData=data)


def group_tags(hand: Hand) -> None:
    tag = {"ResourceId": POOL, "ResourceType": "auto-scaling-group", "Key": "Environment"}
    hand.autoscaling.delete_tags(Tags=[tag])


def change_group(**changes: Any) -> Callable[[Hand], object]:
    return call("autoscaling", "update_auto_scaling_group", AutoScalingGroupName=POOL, **changes)


def change_provider(**changes: Any) -> Callable[[Hand], object]:
    return call("ecs", "update_capacity_provider", name=POOL, autoScalingGroupProvider=changes)


def ecs_tags(hand: Hand, resource: str) -> None:
    arn = hand.ecs_arn(resource)
    hand.ecs.tag_resource(resourceArn=arn, tags=[{"key": "Stray", "value": "x"}])
    hand.ecs.untag_resource(resourceArn=arn, tagKeys=["Environment"])


def other_revision(hand: Hand, kind: str, change: Callable[[dict[str, Any]], None]) -> None:
    definition = hand.definition(kind)
    change(definition)
    hand.ecs.register_task_definition(**definition)


def deregister(hand: Hand, kind: str) -> None:
    hand.ecs.deregister_task_definition(taskDefinition=f"{NAME}-{kind}:1")


def change_service(kind: str, **changes: Any) -> Callable[[Hand], object]:
    return call("ecs", "update_service", cluster=CLUSTER, service=f"{NAME}-{kind}", **changes)


def target(service: str) -> dict[str, str]:
    return {
        "ServiceNamespace": "ecs",
        "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": f"service/{CLUSTER}/{service}",
    }


BRIDGE = target(f"{NAME}-bridge")


def change_tracking(policy: str, service: dict[str, str], **changes: Any) -> Callable[[Hand], None]:
    def change(hand: Hand) -> None:
        client, key = hand.client("application-autoscaling"), "TargetTrackingScalingPolicyConfiguration"
        found = client.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
        (tracking,) = (
            item[key] for item in found if (item["PolicyName"], item["ResourceId"]) == (policy, service["ResourceId"])
        )
        client.put_scaling_policy(
            **service, PolicyName=policy, PolicyType="TargetTrackingScaling", **{key: {**tracking, **changes}}
        )

    return change


def change_step(hand: Hand) -> None:
    hand.client("application-autoscaling").put_scaling_policy(
        **BRIDGE,
        PolicyName="full",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ExactCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 9}],
            "Cooldown": 1,
            "MetricAggregationType": "Maximum",
        },
    )


def scaling_call(operation: str, **parameters: Any) -> Callable[[Hand], object]:
    return call("application-autoscaling", operation, **parameters)


EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
METRIC = {"Namespace": "Other", "MetricName": "Other", "Statistic": "Sum", "Dimensions": []}
MEMORY = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
FUNCTION_FIELDS: dict[str, dict[str, Any]] = {
    "description": {"Description": "x"},
    "handler": {"Handler": "other.handle"},
    "runtime": {"Runtime": "python3.12"},
    "timeout": {"Timeout": 3},
    "memory": {"MemorySize": 128},
    "role": {"Role": f"arn:aws:iam::123456789012:role/{WAKE}-function"},
    "logging": {"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/other"}},
    "kms_key": {"KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"},
}


def image(definition: dict[str, Any]) -> None:
    definition["containerDefinitions"][0]["image"] += "-other"


def kernel(definition: dict[str, Any]) -> None:
    (jvb,) = (box for box in definition["containerDefinitions"] if box["name"] == "jvb")
    jvb["systemControls"][0]["value"] = "15"


def variable(definition: dict[str, Any]) -> None:
    definition["containerDefinitions"][0]["environment"].append({"name": "STRAY", "value": "x"})


DEPLOYMENT = {
    "maximumPercent": 150,
    "minimumHealthyPercent": 50,
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
}
OTHER_NETWORK = {
    "awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}
}
LOAD_BALANCER = {
    "targetGroupArn": ARN("elasticloadbalancing", "targetgroup/x/1"),
    "containerName": "jvb",
    "containerPort": 8080,
}
SERVICE = f"service {NAME}-{{}}".format
POOL_TEMPLATE = f"launch template {POOL}"
POOL_GROUP = f"auto scaling group {POOL}"
PROVIDER = f"capacity provider {POOL}"
STEP_FIELDS = {**ALARM_FIELDS, "Period": 60, "EvaluationPeriods": 9, "DatapointsToAlarm": 9}
STEP = f"StepScaling-service/{CLUSTER}/{NAME}-bridge/full"
TRACKING = f"policy {NAME}-bridge/cpu"
DRIFTS: Table = {
    # Roles
    ("iam_roles", f"role {TASK_ROLE}"): [
        ("trust", other_trust),
        (
            "managed_policies",
            call("iam", "attach_role_policy", RoleName=TASK_ROLE, PolicyArn=READ_ONLY_ACCESS),
            "one more",
        ),
    ],
    ("iam_roles", f"role {EXECUTION_ROLE}"): [
        ("policies.*", lambda hand: put_policy(hand, EXECUTION_ROLE), "edited"),
        ("policies.stray", lambda hand: put_policy(hand, EXECUTION_ROLE, "stray"), "one more"),
    ],
    ("iam_roles", f"role {ROTATION}-function"): [
        ("policies.*", lambda hand: lose_policy(hand, f"{ROTATION}-function"), "lost")
    ],
    ("iam_roles", f"role {INSTANCE_ROLE}"): [("instance_profile", lose_profile), ("tags", role_tags)],
    ("iam_roles", f"role {WAKE}-function"): [("*", lambda hand: lose_role(hand, f"{WAKE}-function"), "deleted")],
    # Functions
    ("functions", FUNCTION): [
        *((field, function(**change)) for field, change in FUNCTION_FIELDS.items()),
        ("layers", layer),
        ("environment", environment),
        ("code_sha256", function_call("update_function_code", ZipFile=EMPTY_ZIP)),
        (
            "architecture code_sha256",
            function_call("update_function_code", ZipFile=EMPTY_ZIP, Architectures=["x86_64"]),
        ),
        ("reserved_concurrency", function_call("put_function_concurrency", ReservedConcurrentExecutions=0), "stopped"),
        ("permissions.rotate", function_call("remove_permission", StatementId="rotate"), "removed"),
        (
            "permissions.stray",
            function_call(
                "add_permission", StatementId="stray", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
            ),
            "added",
        ),
        ("tags", function_tags),
    ],
    ("functions", f"function {WAKE}"): [
        ("url", call("lambda", "update_function_url_config", FunctionName=WAKE, AuthType="NONE"), "open to all")
    ],
    ("functions", f"function {NAME}-sleep"): [
        ("*", call("lambda", "delete_function", FunctionName=f"{NAME}-sleep"), "deleted")
    ],
    # Rules
    ("event_rules", SLEEP): [
        ("state", call("events", "disable_rule", Name=f"{NAME}-sleep"), "disabled"),
        ("schedule_expression", lambda hand: change_rule(hand, f"{NAME}-sleep", ScheduleExpression="rate(1 day)")),
        ("description", lambda hand: change_rule(hand, f"{NAME}-sleep", Description="x")),
        ("tags", rule_tags),
        ("targets.function", call("events", "remove_targets", Rule=f"{NAME}-sleep", Ids=["function"]), "removed"),
    ],
    ("event_rules", RULE): [
        (
            "event_pattern",
            lambda hand: change_rule(hand, f"{NAME}-tasks", EventPattern=json.dumps({"source": ["aws.ec2"]})),
        ),
        ("targets.function", other_target, "another"),
        ("targets.stray", stray_target, "one more"),
    ],
    ("event_rules", f"rule {NAME}-secret-age"): [("*", lambda hand: lose_rule(hand, f"{NAME}-secret-age"), "deleted")],
    # Pool
    ("instance_pool", POOL_GROUP): [
        ("min_size", change_group(MinSize=1, DesiredCapacity=1)),
        ("max_size", change_group(MaxSize=99)),
        ("subnets", lambda hand: change_group(VPCZoneIdentifier=hand.subnet("10.90.0.0/24")["SubnetId"])(hand)),
        (
            "launch_template",
            change_group(LaunchTemplate={"LaunchTemplateName": POOL, "Version": "1"}),
            "an old version for ever",
        ),
        ("new_instances_protected_from_scale_in", change_group(NewInstancesProtectedFromScaleIn=False)),
        ("tags", group_tags),
    ],
    ("instance_pool", POOL_TEMPLATE): [
        (
            "image_id instance_type iam_instance_profile user_data block_device_mappings "
            "metadata_options network_interfaces tag_specifications",
            other_template,
        ),
        ("key_name", add_to_template, "with a key to log in"),
    ],
    # Cluster
    ("ecs_cluster", f"cluster {CLUSTER}"): [
        (
            "container_insights",
            call(
                "ecs",
                "update_cluster_settings",
                cluster=CLUSTER,
                settings=[{"name": "containerInsights", "value": "enabled"}],
            ),
        ),
        (
            "capacity_providers default_strategy",
            call(
                "ecs",
                "put_cluster_capacity_providers",
                cluster=CLUSTER,
                capacityProviders=["FARGATE", POOL],
                defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
            ),
        ),
        ("tags", lambda hand: ecs_tags(hand, f"cluster/{CLUSTER}")),
    ],
    ("ecs_cluster", PROVIDER): [
        (
            "managed_scaling.status managed_termination_protection",
            change_provider(managedScaling={"status": "DISABLED"}, managedTerminationProtection="DISABLED"),
        ),
        (
            "managed_scaling.target_capacity managed_scaling.minimum_scaling_step_size "
            "managed_scaling.maximum_scaling_step_size managed_scaling.instance_warmup_period",
            change_provider(
                managedScaling={
                    "targetCapacity": 50,
                    "minimumScalingStepSize": 9,
                    "maximumScalingStepSize": 99,
                    "instanceWarmupPeriod": 9,
                }
            ),
        ),
        ("managed_draining", change_provider(managedDraining="DISABLED")),
        ("tags", lambda hand: ecs_tags(hand, f"capacity-provider/{POOL}")),
    ],
    # Tasks
    ("task_definitions", f"task definition {NAME}-bridge"): [
        ("containers.*.image", lambda hand: other_revision(hand, "bridge", image), "another image"),
        (
            "containers.*.system_controls.*",
            lambda hand: other_revision(hand, "bridge", kernel),
            "another setting of the kernel",
        ),
    ],
    ("task_definitions", f"task definition {NAME}-signalling"): [
        (
            "containers.*.environment.STRAY",
            lambda hand: other_revision(hand, "signalling", variable),
            "one variable more",
        )
    ],
    ("task_definitions", f"task definition {NAME}-recorder"): [
        ("*", lambda hand: deregister(hand, "recorder"), "deregistered"),
        ("tags", lambda hand: ecs_tags(hand, f"task-definition/{NAME}-recorder:1")),
    ],
    # Services
    ("services", SERVICE("bridge")): [
        ("deployment_configuration.*", change_service("bridge", deploymentConfiguration=DEPLOYMENT)),
        ("network_configuration.*", change_service("bridge", networkConfiguration=OTHER_NETWORK)),
        ("enable_execute_command", change_service("bridge", enableExecuteCommand=True), "a shell for all"),
        ("availability_zone_rebalancing", change_service("bridge", availabilityZoneRebalancing="ENABLED")),
        ("health_check_grace_period_seconds", change_service("bridge", healthCheckGracePeriodSeconds=60)),
        ("load_balancers", change_service("bridge", loadBalancers=[LOAD_BALANCER])),
    ],
    ("services", SERVICE("service")): [
        ("task_definition", change_service("service", taskDefinition=f"{NAME}-bridge:1")),
        (
            "enable_ecs_managed_tags propagate_tags",
            change_service("service", enableECSManagedTags=False, propagateTags="NONE"),
        ),
        ("platform_version", change_service("service", platformVersion="1.3.0")),
        ("service_registries", change_service("service", serviceRegistries=[]), "no name any more"),
    ],
    ("services", SERVICE("recorder")): [
        (
            "capacity_provider_strategy",
            change_service(
                "recorder", capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
            ),
        ),
        ("placement_constraints", change_service("recorder", placementConstraints=[])),
        (
            "placement_strategy",
            change_service("recorder", placementStrategy=[{"type": "spread", "field": "instanceId"}]),
        ),
        ("tags", lambda hand: ecs_tags(hand, f"service/{CLUSTER}/{POOL}")),
        ("*", call("ecs", "delete_service", cluster=CLUSTER, service=POOL, force=True), "deleted"),
    ],
    # Scaling
    ("scaling", f"target {NAME}-bridge"): [
        ("max_capacity", scaling_call("register_scalable_target", **BRIDGE, MinCapacity=0, MaxCapacity=99))
    ],
    ("scaling", TRACKING): [
        (
            "target_value scale_in_cooldown scale_out_cooldown disable_scale_in",
            change_tracking(
                "cpu", BRIDGE, TargetValue=10.0, ScaleInCooldown=1, ScaleOutCooldown=1, DisableScaleIn=True
            ),
        ),
        ("predefined_metric_specification", change_tracking("cpu", BRIDGE, PredefinedMetricSpecification=MEMORY)),
    ],
    ("scaling", f"policy {POOL}/busy"): [
        ("customized_metric_specification", change_tracking("busy", target(POOL), CustomizedMetricSpecification=METRIC))
    ],
    ("scaling", f"policy {NAME}-bridge/memory"): [
        ("*", scaling_call("delete_scaling_policy", **BRIDGE, PolicyName="memory"), "deleted")
    ],
    ("scaling", f"step policy {NAME}-bridge/full"): [
        ("adjustment_type step_adjustments cooldown metric_aggregation_type", change_step)
    ],
    ("scaling", f"alarm {STEP}"): [
        (" ".join(spelled(field) for field in STEP_FIELDS if field != "Period"), change_alarm(STEP, **STEP_FIELDS)),
        (
            "namespace metric_name dimensions statistic period metrics",
            change_alarm(STEP, **METRIC_MATH),
            "of metric math",
        ),
        (
            "statistic extended_statistic period",
            change_alarm(STEP, Statistic=None, ExtendedStatistic="p99", Period=300),
        ),
        ("*", call("cloudwatch", "delete_alarms", AlarmNames=[STEP]), "deleted"),
    ],
    ("scaling", f"schedule {NAME}-bridge/stray"): [
        (
            "*",
            scaling_call(
                "put_scheduled_action",
                **BRIDGE,
                ScheduledActionName="stray",
                Schedule="rate(1 day)",
                ScalableTargetAction={"MinCapacity": 9},
            ),
            "somebody's",
        )
    ],
    ("scaling", f"target {NAME}-service"): [
        ("*", scaling_call("deregister_scalable_target", **target(f"{NAME}-service")), "deregistered")
    ],
}
