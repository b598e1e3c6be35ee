# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lists everything that belongs to one platform, by the exact names of its things and by their tags. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .. import names
from .._aws import (
    acm,
    applicationautoscaling,
    autoscaling,
    budgets,
    cloudfront,
    cloudwatch,
    dynamodb,
    ecs,
    efs,
    events,
    iam,
    logs,
    route53,
    s3,
    s3_objects,
    secretsmanager,
    servicediscovery,
    sns,
    sts,
)
from .._aws.pages import pages
from .._aws.s3 import NotOurs
from .._aws.tags import tag_dict
from ..capacity import scaling
from ..edge import certificate, dns_records
from ..monitoring import alert_topic
from . import find, leftovers, prices, sizes
from .leftovers import Thing, thing

# Of CloudFront and IAM, whatever the region of the rest.
GLOBAL = "us-east-1"
# The tag index takes so many values at once.
VALUES = 20
# What is on its way out is listed for a while, instances for an hour.
GONE = ("terminated", "shutting-down", "deleting", "deleted")
# Listings of EC2 -> where the things are in the answer, and their ids.
NETWORK = {
    "describe_vpcs": ("Vpcs", "VpcId"),
    "describe_subnets": ("Subnets", "SubnetId"),
    "describe_internet_gateways": ("InternetGateways", "InternetGatewayId"),
    "describe_route_tables": ("RouteTables", "RouteTableId"),
    "describe_vpc_endpoints": ("VpcEndpoints", "VpcEndpointId"),
    "describe_security_groups": ("SecurityGroups", "GroupId"),
}


@dataclass(frozen=True)
class Place:
    """Where to look. ``client(service, region)`` gives a boto3 client; without a region the module's."""

    client: Callable[..., Any]
    name: str
    domain: str
    hosted_zone: str
    bucket: str


def by_name(place: Place) -> list[Thing]:
    """Everything that has a name of the platform's."""
    return [found for look in LOOKS for found in look(place)]


def by_tag(place: Place) -> list[str]:
    """ARNs of everything that has a Name tag of the platform's, as the tag index of AWS knows it."""
    tags, arns = leftovers.name_tags(place.name, place.bucket), set[str]()
    for region in (None, GLOBAL):
        client = place.client("resourcegroupstaggingapi", region)
        for begin in range(0, len(tags), VALUES):
            filters = [{"Key": "Name", "Values": tags[begin : begin + VALUES]}]
            found = pages(client, "get_resources", "ResourceTagMappingList", TagFilters=filters)
            arns |= {item["ResourceARN"] for item in found}
    return sorted(arns)


def _containers(place: Place) -> Iterator[Thing]:
    client, cluster = place.client("ecs"), names.cluster(place.name)
    for item in ecs.services(client, cluster, list(names.services(place.name).values())):
        yield thing("service", item["serviceName"], item["serviceArn"], note=f"{item['runningCount']} tasks run")
    if ecs.cluster(client, cluster):
        yield thing("cluster", cluster)
    for item in ecs.providers(client):
        if item["name"] == names.recorder_pool(place.name):
            yield thing("capacity provider", item["name"])
    for family in names.task_definitions(place.name).values():
        for status in ("ACTIVE", "INACTIVE"):
            for arn in ecs.revisions(client, family, status):
                yield thing("task definition", arn.rpartition("/")[2], arn)


def _scaling(place: Place) -> Iterator[Thing]:
    prefix = scaling.resource_id(names.cluster(place.name), "")
    for item in applicationautoscaling.describe_targets(place.client("application-autoscaling")):
        if item["ResourceId"].startswith(prefix):
            yield thing("scalable target", item["ResourceId"])


def _pool(place: Place) -> Iterator[Thing]:
    name = names.recorder_pool(place.name)
    if autoscaling.group_exists(place.client("autoscaling"), name):
        yield thing("auto scaling group", name)
    if autoscaling.get_launch_template(place.client("ec2"), name):
        yield thing("launch template", name)


def _network(place: Place) -> Iterator[Thing]:
    client = place.client("ec2")
    ours = leftovers.name_tags(place.name, "")
    filters = [{"Name": "tag:Name", "Values": [*ours, names.subnet(place.name, "*")]}]
    for operation, (key, identity) in NETWORK.items():
        for item in pages(client, operation, key, Filters=filters):
            tag = tag_dict(item.get("Tags") or []).get("Name", "")
            gone = str(item.get("State", "")).lower() in GONE
            if (tag in ours or leftovers.is_subnet(place.name, tag)) and not gone:
                yield thing(
                    operation.removeprefix("describe_").removesuffix("s").replace("_", " "), tag, item[identity]
                )
    for reservation in pages(client, "describe_instances", "Reservations", Filters=filters):
        for item in reservation["Instances"]:
            tag = tag_dict(item["Tags"])["Name"]
            if tag in ours and item["State"]["Name"] not in GONE:
                hour = prices.instance_hour(item["InstanceType"]) or 0.0
                yield thing("instance", tag, item["InstanceId"], hour * prices.HOURS_A_MONTH)
    for item in pages(client, "describe_volumes", "Volumes", Filters=filters):
        tag = tag_dict(item["Tags"])["Name"]
        if tag in ours:
            yield thing("volume", tag, item["VolumeId"], item["Size"] * prices.DISK_GIB_MONTH)


def _file_system(place: Place) -> Iterator[Thing]:
    found = efs.find(place.client("efs"), place.name)
    if found:
        gib = found.get("SizeInBytes", {}).get("Value", 0) / sizes.GIB
        yield thing(
            "file system",
            place.name,
            found["FileSystemId"],
            gib * prices.IDLE_ITEMS["file_system_gib"].usd,
            "certificates",
        )


def _names(place: Place) -> Iterator[Thing]:
    for item in servicediscovery.list_namespaces(place.client("servicediscovery"), names.namespace(place.name)):
        yield thing("namespace", item["Name"], item["Id"])
    client = place.client("route53")
    for zone in route53.public_zones(client, place.hosted_zone):
        identity = zone["Id"].rpartition("/")[2]
        for record in route53.records_below(client, identity, place.domain):
            if dns_records.spelled(record["Name"]) in names.hosts(place.domain).values():
                yield thing("record", dns_records.spelled(record["Name"]))
        if zone.get("Config", {}).get("Comment") == dns_records.comment(place.name):
            yield thing("hosted zone", place.hosted_zone, identity, note="made for it, but it has records of others")


def _functions(place: Place) -> Iterator[Thing]:
    ours = names.functions(place.name).values()
    for item in pages(place.client("lambda"), "list_functions", "Functions"):
        if item["FunctionName"] in ours:
            yield thing("function", item["FunctionName"])
    rules = names.rules(place.name).values()
    for item in events.list_rules(place.client("events"), names.prefix(place.name)):
        if item["Name"] in rules:
            yield thing("rule", item["Name"])
    table = names.table(place.name)
    if dynamodb.describe_table(place.client("dynamodb"), table):
        yield thing("table", table)


def _watching(place: Place) -> Iterator[Thing]:
    client, name = place.client("cloudwatch"), place.name
    for prefix in (names.alarm_prefix(name), *names.scaling_alarm_prefixes(name)):
        for item in cloudwatch.describe_alarms(client, prefix):
            yield thing("alarm", item["AlarmName"])
    for dashboard in set(names.dashboards(name).values()).intersection(find.dashboards(client, name)):
        yield thing("dashboard", dashboard)
    for group in (names.log_group(name), names.insights_log_group(name)):
        found = logs.describe_log_group(place.client("logs"), group)
        if found:
            gib = found.get("storedBytes", 0) / sizes.GIB
            keeps = f"events end after {found['retentionInDays']} days" if "retentionInDays" in found else ""
            yield thing("log group", group, usd_month=gib * prices.IDLE_ITEMS["log_gib"].usd, note=keeps)
    caller, topics = sts.caller_arn(place.client("sts")), place.client("sns")
    arn = alert_topic.topic_arn(names.topic(name), topics.meta.region_name, caller)
    if sns.get_attributes(topics, arn) is not None:
        yield thing("topic", names.topic(name), arn)
    for item in budgets.describe_budgets(place.client("budgets"), caller.split(":")[4]):
        if item["BudgetName"].startswith(names.alarm_prefix(name)):
            yield thing("budget", item["BudgetName"])


def _roles(place: Place) -> Iterator[Thing]:
    client = place.client("iam")
    for name in sorted(iam.role_details(client, set(names.roles(place.name).values()))):
        yield thing("role", name)
    profile = names.roles(place.name)["recorder_instance"]
    if iam.profile_exists(client, profile):
        yield thing("instance profile", profile)


def _entrance(place: Place) -> Iterator[Thing]:
    client = place.client("cloudfront")
    for item in cloudfront.list_distributions(client):
        if item.get("Comment") == place.name:
            yield thing("distribution", place.name, item["Id"])
    policies = {
        "OriginAccessControl": place.name,
        "ResponseHeadersPolicy": place.name,
        "CachePolicy": names.cache_policy(place.name),
    }
    for kind, name in policies.items():
        found = cloudfront.list_policies(client, kind).get(name)
        if found:
            yield thing(cloudfront.OPERATIONS[kind].replace("_", " "), name, found[0])
    client = place.client("acm", GLOBAL)
    for arn in certificate.candidates(acm.list_certificates(client), place.domain):
        if acm.read_tags(client, arn).get("Name") == place.name:
            yield thing("certificate", place.domain, arn)


def _data(place: Place) -> Iterator[Thing]:
    name = names.secret(place.name)
    secret = secretsmanager.describe(place.client("secretsmanager"), name) or {}
    if "DeletedDate" in secret:
        note = f"scheduled for deletion on {secret['DeletedDate']:%Y-%m-%d}; until then site.yml restores it"
        yield thing(leftovers.DELETED_SECRET, name, secret["ARN"], note=note)
    elif secret:
        yield thing("secret", name, secret["ARN"], note="site.yml uses it again")
    if not place.bucket:
        return
    client = place.client("s3")
    try:
        exists = s3.region(client, place.bucket) is not None
    except NotOurs:
        exists = False
    if exists:
        gib = sizes.bucket_gib(place.client("cloudwatch"), place.bucket, datetime.now(UTC))
        usd = sum(prices.IDLE_ITEMS[key].usd * value for key, value in gib.items())
        lock = "; it has Object Lock" if s3_objects.has_lock(client, place.bucket) else ""
        note = f"{sum(gib.values()):.2f} GiB when S3 last counted, with its rules of expiry{lock}; site.yml adopts it"
        yield thing("bucket", place.bucket, usd_month=usd, note=note)


LOOKS = (_containers, _scaling, _pool, _network, _file_system, _names, _functions, _watching, _roles, _entrance, _data)
