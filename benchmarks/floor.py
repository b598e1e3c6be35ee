# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The floor: the resources of stock.yml straight with boto3, in one process.

    floor.py INPUTS.json ENDPOINT_URL

It reads everything that somebody who compares would have to read, and makes what is missing. It compares nothing, puts
nothing back and waits for nothing: nobody should use it, and no Ansible playbook can be faster.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

Wanted = Mapping[str, Any]


def tag_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{key: name, value: text} for name, text in tags.items()]


def marks(resource_type: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Tags as EC2 takes them at a creation."""
    return [{"ResourceType": resource_type, "Tags": tag_list(tags)}]


def network(ec2: Any, wanted: Wanted) -> tuple[list[str], dict[str, str]]:
    """VPC, subnets, gateway, routes, endpoint, security groups; returns the ids of the subnets and of the groups."""
    tags, named = wanted["tags"], [{"Name": "tag:Name", "Values": [wanted["name"]]}]
    vpcs = ec2.describe_vpcs(Filters=named)["Vpcs"]
    if vpcs:
        vpc = vpcs[0]["VpcId"]
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
    else:
        created = ec2.create_vpc(
            CidrBlock=wanted["vpc_cidr"], AmazonProvidedIpv6CidrBlock=True, TagSpecifications=marks("vpc", tags)
        )["Vpc"]
        vpc = created["VpcId"]
        vpcs = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    block = vpcs[0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]

    found = {subnet["CidrBlock"]: subnet["SubnetId"] for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]}
    subnets = []
    for number, subnet in enumerate(wanted["subnets"], 1):
        if subnet["cidr"] not in found:
            made = ec2.create_subnet(
                VpcId=vpc,
                CidrBlock=subnet["cidr"],
                AvailabilityZone=subnet["zone"],
                Ipv6CidrBlock=block.replace("00::/56", f"{number:02x}::/64"),
                TagSpecifications=marks("subnet", {**tags, "Name": f"{wanted['name']}-{subnet['zone']}"}),
            )["Subnet"]
            found[subnet["cidr"]] = made["SubnetId"]
            for setting in ("MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"):
                ec2.modify_subnet_attribute(SubnetId=made["SubnetId"], **{setting: {"Value": True}})
        subnets.append(found[subnet["cidr"]])

    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    if not ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
        made = ec2.create_internet_gateway(TagSpecifications=marks("internet-gateway", tags))["InternetGateway"]
        ec2.attach_internet_gateway(InternetGatewayId=made["InternetGatewayId"], VpcId=vpc)
        table = ec2.create_route_table(VpcId=vpc, TagSpecifications=marks("route-table", tags))["RouteTable"]
        for destination in ({"DestinationCidrBlock": "0.0.0.0/0"}, {"DestinationIpv6CidrBlock": "::/0"}):
            ec2.create_route(RouteTableId=table["RouteTableId"], GatewayId=made["InternetGatewayId"], **destination)
        for subnet_id in subnets:
            ec2.associate_route_table(RouteTableId=table["RouteTableId"], SubnetId=subnet_id)
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{wanted['region']}.s3",
            RouteTableIds=[table["RouteTableId"]],
            TagSpecifications=marks("vpc-endpoint", tags),
        )
    else:
        ec2.describe_route_tables(Filters=inside)
        ec2.describe_vpc_endpoints(Filters=inside)
    return subnets, security_groups(ec2, vpc, wanted)


def security_groups(ec2: Any, vpc: str, wanted: Wanted) -> dict[str, str]:
    """The groups with their rules; returns their ids by name."""
    described = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    ids = {group["GroupName"]: group["GroupId"] for group in described}
    missing = [group for group in wanted["security_groups"] if group["name"] not in ids]
    for group in missing:
        ids[group["name"]] = ec2.create_security_group(
            VpcId=vpc,
            GroupName=group["name"],
            Description=group["description"],
            TagSpecifications=marks("security-group", {**wanted["tags"], "Name": group["name"]}),
        )["GroupId"]
    everything = [
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
    ]
    for group in missing:
        group_id = ids[group["name"]]
        ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=everything)
        ingress, egress = ([permission(rule, ids) for rule in group[kind]] for kind in ("rules", "rules_egress"))
        if ingress:
            ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=ingress)
        ec2.authorize_security_group_egress(GroupId=group_id, IpPermissions=egress)
    default = next(group for group in described if group["GroupName"] == "default")
    if default["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=default["GroupId"], IpPermissions=default["IpPermissions"])
    if default["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=default["GroupId"], IpPermissions=default["IpPermissionsEgress"])
    return ids


def permission(rule: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """A rule as EC2 takes it."""
    peers = {
        "cidr_ip": ("IpRanges", "CidrIp"),
        "cidr_ipv6": ("Ipv6Ranges", "CidrIpv6"),
        "group_name": ("UserIdGroupPairs", "GroupId"),
    }
    kind = next(kind for kind in peers if kind in rule)
    collection, key = peers[kind]
    peer = {key: ids.get(rule[kind], rule[kind]), "Description": rule["rule_desc"]}
    ports = {"FromPort": rule["from_port"], "ToPort": rule["to_port"]}
    return {"IpProtocol": rule["proto"], **ports, collection: [peer]}


def secret(client: Any, wanted: Wanted) -> None:
    """The secret document."""
    name = f"{wanted['name']}-jitsi-secrets"
    try:
        client.describe_secret(SecretId=name)
        client.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
    except client.exceptions.ResourceNotFoundException:
        document = json.dumps(wanted["secret"])
        client.create_secret(Name=name, SecretString=document, Tags=tag_list(wanted["tags"]))


def bucket(s3: Any, wanted: Wanted) -> None:
    """The bucket with its settings."""
    name, days = wanted["bucket"], wanted["archive_after_days"]
    try:
        s3.head_bucket(Bucket=name)
    except ClientError:
        s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced")
        blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(blocks, True))
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(wanted["bucket_policy"]))
        encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [encryption]})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        recordings = {
            "ID": "recordings",
            "Status": "Enabled",
            "Filter": {"Prefix": "recordings/"},
            "Transitions": [{"Days": days, "StorageClass": "GLACIER_IR"}],
        }
        leftovers = {
            "ID": "leftovers",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
            "Expiration": {"ExpiredObjectDeleteMarker": True},
        }
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [recordings, leftovers]})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(wanted["tags"])})
        return
    for operation in (
        "get_public_access_block",
        "get_bucket_ownership_controls",
        "get_bucket_policy",
        "get_bucket_encryption",
        "get_bucket_versioning",
        "get_bucket_lifecycle_configuration",
        "get_bucket_tagging",
    ):
        getattr(s3, operation)(Bucket=name)


def logs(client: Any, wanted: Wanted) -> None:
    """The log group and its metric filters."""
    group = f"/ecs/{wanted['name']}"
    described = client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if not described:
        client.create_log_group(logGroupName=group, tags=wanted["tags"])
        client.put_retention_policy(logGroupName=group, retentionInDays=wanted["log_retention_days"])
    else:
        client.list_tags_for_resource(resourceArn=described[0]["arn"].removesuffix(":*"))
    found = {item["filterName"] for item in client.describe_metric_filters(logGroupName=group)["metricFilters"]}
    for item in missing_of(wanted["metric_filters"], found):
        transformation = {
            "metricNamespace": "Jitsi/JVB",
            "metricName": item["metric"],
            "metricValue": item["value"],
            "unit": item["unit"],
            "dimensions": item["dimensions"],
        }
        client.put_metric_filter(
            logGroupName=group,
            filterName=item["name"],
            filterPattern=item["pattern"],
            metricTransformations=[transformation],
        )


def missing_of(items: Iterable[dict[str, Any]], found: Iterable[str]) -> list[dict[str, Any]]:
    """Those that are not there by name."""
    return [item for item in items if item["name"] not in found]


def roles(iam: Any, wanted: Wanted) -> None:
    """Roles, their policies, the instance profile. One call reads them all."""
    details = iam.get_account_authorization_details(Filter=["Role"], MaxItems=1000)["RoleDetailList"]
    missing = missing_of(wanted["roles"], {role["RoleName"] for role in details})
    tags = tag_list(wanted["tags"])
    for role in missing:
        iam.create_role(
            RoleName=role["name"],
            Description=role["description"],
            AssumeRolePolicyDocument=json.dumps(role["trust"]),
            Tags=tags,
        )
        for policy in wanted["role_policies"]:
            if policy["role"] == role["name"]:
                document = json.dumps(policy["document"])
                iam.put_role_policy(RoleName=role["name"], PolicyName=policy["name"], PolicyDocument=document)
    if missing:
        profile = f"{wanted['name']}-recorder-instance"
        iam.create_instance_profile(InstanceProfileName=profile, Tags=tags)
        iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=profile)


def pool(ec2: Any, autoscaling: Any, wanted: Wanted, subnets: list[str], group_id: str) -> None:
    """Launch template and auto scaling group."""
    name, tags = f"{wanted['name']}-recorder", wanted["tags"]
    try:
        ec2.describe_launch_template_versions(LaunchTemplateName=name, Versions=["$Latest"])
    except ClientError:
        disk = {"VolumeSize": 60, "VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True}
        data = {
            "ImageId": "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
            "InstanceType": wanted["instance_type"],
            "IamInstanceProfile": {"Name": f"{name}-instance"},
            "UserData": base64.b64encode(wanted["user_data"].encode()).decode(),
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": disk}],
            "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1},
            "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": [group_id]}],
            "TagSpecifications": [*marks("instance", tags), *marks("volume", tags)],
        }
        ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData=data, TagSpecifications=marks("launch-template", tags)
        )
    if not autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]:
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": name, "Version": "$Latest"},
            MinSize=0,
            MaxSize=wanted["instances_max"],
            VPCZoneIdentifier=",".join(subnets),
            NewInstancesProtectedFromScaleIn=True,
            Tags=[{**tag, "PropagateAtLaunch": True} for tag in tag_list({"AmazonECSManaged": "", **tags})],
        )


def ecs(client: Any, wanted: Wanted, subnets: list[str], groups: Mapping[str, str]) -> None:
    """Cluster, task definitions, services."""
    cluster, tags = f"{wanted['name']}-cluster", tag_list(wanted["tags"], "key", "value")
    if not client.describe_clusters(clusters=[cluster], include=["SETTINGS", "TAGS"])["clusters"]:
        client.create_cluster(clusterName=cluster, capacityProviders=["FARGATE", "FARGATE_SPOT"], tags=tags)
    for definition in wanted["task_definitions"]:
        try:
            client.describe_task_definition(taskDefinition=definition["family"], include=["TAGS"])
        except ClientError:
            client.register_task_definition(**definition, tags=tags)
    names = [service["name"] for service in wanted["services"]]
    described = client.describe_services(cluster=cluster, services=names, include=["TAGS"])["services"]
    for service in missing_of(wanted["services"], {item["serviceName"] for item in described}):
        deployment = service["deployment"]
        request: dict[str, Any] = {}
        if "security_group" in service:
            request["platformVersion"] = service["platform_version"]
            place = {"subnets": subnets, "securityGroups": [groups[service["security_group"]]]}
            request["networkConfiguration"] = {"awsvpcConfiguration": {**place, "assignPublicIp": "ENABLED"}}
        client.create_service(
            cluster=cluster,
            serviceName=service["name"],
            taskDefinition=service["family"],
            desiredCount=0,
            launchType=service["launch_type"],
            deploymentConfiguration={
                "minimumHealthyPercent": deployment["minimum_healthy_percent"],
                "maximumPercent": deployment["maximum_percent"],
                "deploymentCircuitBreaker": deployment["deployment_circuit_breaker"],
            },
            placementConstraints=service["placement_constraints"],
            serviceRegistries=[{"registryArn": item["registry_arn"]} for item in service["registries"]],
            propagateTags="SERVICE",
            tags=tags,
            **request,
        )


def scaling(client: Any, wanted: Wanted) -> None:
    """Scaling targets and their policies."""
    targets = {
        item["ResourceId"] for item in client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    }
    described = client.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    policies = {(item["ResourceId"], item["PolicyName"]) for item in described}
    for policy in wanted["scaling_policies"]:
        place = {
            "ServiceNamespace": "ecs",
            "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": policy["resource_id"],
        }
        if policy["resource_id"] not in targets:
            targets.add(policy["resource_id"])
            limits = {"MinCapacity": policy["min_capacity"], "MaxCapacity": policy["max_capacity"]}
            client.register_scalable_target(**place, **limits)
        if (policy["resource_id"], policy["name"]) not in policies:
            client.put_scaling_policy(
                **place,
                PolicyName=policy["name"],
                PolicyType="TargetTrackingScaling",
                TargetTrackingScalingPolicyConfiguration=policy["configuration"],
            )


def alarms(sns: Any, cloudwatch: Any, wanted: Wanted) -> None:
    """The topic with its subscription, and the alarms."""
    topic, prefix = wanted["topic_arn"], f"{wanted['name']}/"
    try:
        sns.get_topic_attributes(TopicArn=topic)
        sns.list_subscriptions_by_topic(TopicArn=topic)
        sns.list_tags_for_resource(ResourceArn=topic)
    except ClientError:
        policy = {"Policy": json.dumps(wanted["topic_policy"])}
        sns.create_topic(Name=topic.rpartition(":")[2], Attributes=policy, Tags=tag_list(wanted["tags"]))
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=wanted["email"])
    found = {item["AlarmName"] for item in cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]}
    for alarm in missing_of(wanted["alarms"], {name.removeprefix(prefix) for name in found}):
        cloudwatch.put_metric_alarm(
            AlarmName=prefix + alarm["name"],
            AlarmDescription=alarm["description"],
            Namespace=alarm["namespace"],
            MetricName=alarm["metric_name"],
            Dimensions=[{"Name": name, "Value": value} for name, value in alarm["dimensions"].items()],
            Statistic=alarm["statistic"],
            Period=alarm["period"],
            EvaluationPeriods=alarm["evaluation_periods"],
            Threshold=alarm["threshold"],
            ComparisonOperator=alarm["comparison_operator"],
            TreatMissingData="notBreaching",
            AlarmActions=[topic],
            OKActions=[topic],
        )


def main() -> None:
    """Make or read everything."""
    wanted = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["wanted"]
    session = boto3.Session(region_name=wanted["region"])

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=sys.argv[2])

    ec2 = client("ec2")
    subnets, groups = network(ec2, wanted)
    secret(client("secretsmanager"), wanted)
    bucket(client("s3"), wanted)
    logs(client("logs"), wanted)
    roles(client("iam"), wanted)
    pool(ec2, client("autoscaling"), wanted, subnets, groups[f"{wanted['name']}-recorder"])
    ecs(client("ecs"), wanted, subnets, groups)
    scaling(client("application-autoscaling"), wanted)
    alarms(client("sns"), client("cloudwatch"), wanted)


if __name__ == "__main__":
    main()
