# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a drift is, and the hands that make it: plain calls to AWS, none through the code that is tested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from support.server import AwsServer

NAME = "jitsi-video-platform"
DOMAIN = "meet.example.com"


class Hand:
    """Somebody with access to the account. ``hand.ec2`` is a client; the rest finds what is there by its name."""

    def __init__(self, aws: AwsServer) -> None:
        self._aws = aws
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._aws.client(service)
        return self._clients[service]

    def __getattr__(self, service: str) -> Any:
        if service.startswith("_"):
            raise AttributeError(service)
        return self.client(service)

    # Network

    def vpc_id(self) -> str:
        return str(self.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [NAME]}])["Vpcs"][0]["VpcId"])

    def in_vpc(self, operation: str, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = getattr(self.ec2, operation)(
            Filters=[{"Name": "vpc-id", "Values": [self.vpc_id()]}]
        )[key]
        return found

    def subnet(self, cidr: str) -> dict[str, Any]:
        return next(item for item in self.in_vpc("describe_subnets", "Subnets") if item["CidrBlock"] == cidr)

    def group(self, name: str) -> dict[str, Any]:
        groups = self.in_vpc("describe_security_groups", "SecurityGroups")
        return next(item for item in groups if item["GroupName"] in (name, f"{NAME}-{name}"))

    def gateway_id(self) -> str:
        gateways = self.ec2.describe_internet_gateways(Filters=[{"Name": "tag:Name", "Values": [NAME]}])
        return str(gateways["InternetGateways"][0]["InternetGatewayId"])

    def table(self) -> dict[str, Any]:
        tables = self.in_vpc("describe_route_tables", "RouteTables")
        return next(item for item in tables if {"Key": "Name", "Value": NAME} in item["Tags"])

    def endpoint_id(self) -> str:
        return str(self.in_vpc("describe_vpc_endpoints", "VpcEndpoints")[0]["VpcEndpointId"])

    # Stores

    def file_system_id(self) -> str:
        return str(self.efs.describe_file_systems(CreationToken=NAME)["FileSystems"][0]["FileSystemId"])

    def access_point(self) -> dict[str, Any]:
        found: dict[str, Any] = self.efs.describe_access_points(FileSystemId=self.file_system_id())["AccessPoints"][0]
        return found

    def mount_target_id(self, cidr: str) -> str:
        subnet = self.subnet(cidr)["SubnetId"]
        targets = self.efs.describe_mount_targets(FileSystemId=self.file_system_id())["MountTargets"]
        return next(str(item["MountTargetId"]) for item in targets if item["SubnetId"] == subnet)

    # Services

    def namespace(self) -> dict[str, Any]:
        return next(item for item in self.servicediscovery.list_namespaces()["Namespaces"])

    def discovery_service(self) -> dict[str, Any]:
        return next(item for item in self.servicediscovery.list_services()["Services"])

    def ecs_arn(self, resource: str) -> str:
        return f"arn:aws:ecs:us-east-1:123456789012:{resource}"

    def definition(self, kind: str) -> dict[str, Any]:
        """The newest task definition of a family, as RegisterTaskDefinition takes it."""
        found = self.ecs.describe_task_definition(taskDefinition=f"{NAME}-{kind}", include=["TAGS"])
        known = self.ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
        definition = {key: value for key, value in found["taskDefinition"].items() if key in known}
        return {**definition, "tags": found["tags"]}

    # Entrance

    def zone_id(self) -> str:
        return str(self.route53.list_hosted_zones_by_name(DNSName="example.com")["HostedZones"][0]["Id"])

    def record(self, action: str, kind: str, name: str, ttl: int, *values: str) -> None:
        record_set = {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]}
        self.route53.change_resource_record_sets(
            HostedZoneId=self.zone_id(), ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record_set}]}
        )

    def record_set(self, kind: str, name: str) -> dict[str, Any]:
        sets = self.route53.list_resource_record_sets(HostedZoneId=self.zone_id())["ResourceRecordSets"]
        return next(item for item in sets if (item["Type"], item["Name"].rstrip(".")) == (kind, name))

    def certificate_arn(self) -> str:
        return str(self.acm.list_certificates()["CertificateSummaryList"][0]["CertificateArn"])

    def distribution(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cloudfront.list_distributions()["DistributionList"]["Items"][0]
        return found

    def change_distribution(self, change: Callable[[dict[str, Any]], None]) -> None:
        identifier = self.distribution()["Id"]
        answer = self.cloudfront.get_distribution_config(Id=identifier)
        change(answer["DistributionConfig"])
        self.cloudfront.update_distribution(
            Id=identifier, IfMatch=answer["ETag"], DistributionConfig=answer["DistributionConfig"]
        )


# (module, resource) -> fields, act and, if there are any, the others of a ``Drift``. White space separates the fields;
# a question mark in them stands for a space.
Table = dict[tuple[str, str], list[tuple[Any, ...]]]
ALONE = True


@dataclass(frozen=True)
class Drift:
    """A change by hand, and what a plan must say of it: of this resource of this module exactly these fields.

    Resource and fields are patterns as of files. The field ``*`` is any of a resource that was deleted, or that
    somebody made and that shall not be.
    """

    module: str
    resource: str
    fields: frozenset[str]
    act: Callable[[Hand], object]
    what: str = ""
    # With no other drift of its module at the same time.
    alone: bool = False

    def __str__(self) -> str:
        what = f" ({self.what})" if self.what else ""
        return f"{self.module}: {self.resource} {', '.join(sorted(self.fields))}{what}"

    def explains(self, module: str, resource: str, _action: str, field: str) -> bool:
        """Whether it is the reason for what a plan says."""
        return (
            module == self.module
            and fnmatchcase(resource, self.resource)
            and any(fnmatchcase(field, pattern) for pattern in self.fields)
        )

    def disturbs(self, other: Drift) -> bool:
        """Whether it cannot be told from the other if both are there."""
        if self.module != other.module:
            return False
        if self.alone or other.alone:
            return True
        return (fnmatchcase(self.resource, other.resource) or fnmatchcase(other.resource, self.resource)) and any(
            fnmatchcase(one, two) or fnmatchcase(two, one) for one in self.fields for two in other.fields
        )


def drifts(table: Table) -> list[Drift]:
    """The drifts of a table."""
    return [
        Drift(module, resource, frozenset(fields.split()), act, *rest)
        for (module, resource), rows in table.items()
        for fields, act, *rest in rows
    ]


def call(service: str, operation: str, /, **parameters: Any) -> Callable[[Hand], object]:
    """One call to AWS."""
    return lambda hand: getattr(hand.client(service), operation)(**parameters)
