# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""AWS Cloud Map calls. What Cloud Map does later, these functions wait for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from .pages import pages
from .tags import tag_dict, tag_list, tag_resource

try:
    from botocore.exceptions import ClientError, WaiterError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

Described = dict[str, Any]

# A namespace takes about a minute, of which most goes into its hosted zone.
DELAY_SECONDS = 3
ATTEMPTS = 100


def wait(client: Any, operation_id: str) -> dict[str, str]:
    """Poll GetOperation for at most five minutes; return the operation's targets, such as ``{"NAMESPACE": "ns-..."}``.

    Raises WaiterError with what Cloud Map says when the operation fails or takes longer.
    """
    operation: Any = {}
    for attempt in range(ATTEMPTS):
        time.sleep(DELAY_SECONDS if attempt else 0)
        operation = client.get_operation(OperationId=operation_id)["Operation"]
        if operation["Status"] == "SUCCESS":
            return dict(operation["Targets"])
        if operation["Status"] == "FAIL":
            reason = f"{operation.get('ErrorCode')}: {operation.get('ErrorMessage')}"
            break
    else:
        reason = f"still {operation['Status']} after {ATTEMPTS * DELAY_SECONDS} seconds; run again to go on waiting"
    raise WaiterError(name=f"{operation.get('Type')} {operation_id}", reason=reason, last_response=operation)


def list_namespaces(client: Any, name: str) -> list[Described]:
    """ListNamespaces: the private DNS namespaces of a name, one a VPC at most."""
    filters = [{"Name": "TYPE", "Values": ["DNS_PRIVATE"]}, {"Name": "NAME", "Values": [name]}]
    found = pages(client, "list_namespaces", "Namespaces", Filters=filters)
    return [namespace for namespace in found if (namespace["Type"], namespace["Name"]) == ("DNS_PRIVATE", name)]


def zones_of_vpc(route53: Any, vpc_id: str, region: str) -> list[str]:
    """ListHostedZonesByVPC: ids of the private hosted zones that a VPC resolves."""
    zones: list[str] = []
    request = {"VPCId": vpc_id, "VPCRegion": region}
    while True:
        page = route53.list_hosted_zones_by_vpc(**request)
        zones += [zone["HostedZoneId"] for zone in page["HostedZoneSummaries"]]
        if not page.get("NextToken"):
            return zones
        request["NextToken"] = page["NextToken"]


def create_namespace(
    client: Any, name: str, vpc_id: str, request_id: str, negative_ttl: int, tags: Mapping[str, str]
) -> Described:
    """CreatePrivateDnsNamespace, or go on with one of the same request id; return the namespace."""
    try:
        operation_id = client.create_private_dns_namespace(
            Name=name,
            Vpc=vpc_id,
            CreatorRequestId=request_id,
            Properties={"DnsProperties": {"SOA": {"TTL": negative_ttl}}},
            Tags=tag_list(tags),
        )["OperationId"]
        namespace_id = wait(client, operation_id)["NAMESPACE"]
    except ClientError as error:
        # A run that died left it under way, or it ended since this run listed the namespaces.
        answer: Any = error.response
        code = answer["Error"]["Code"]
        if code == "DuplicateRequest" and "DuplicateOperationId" in answer:
            namespace_id = wait(client, answer["DuplicateOperationId"])["NAMESPACE"]
        elif code == "NamespaceAlreadyExists" and answer.get("CreatorRequestId") == request_id:
            namespace_id = answer["NamespaceId"]
        else:
            raise
    namespace: Described = client.get_namespace(Id=namespace_id)["Namespace"]
    return namespace


def update_negative_ttl(client: Any, namespace_id: str, ttl: int) -> None:
    """UpdatePrivateDnsNamespace: the TTL of the SOA record, for which a resolver remembers that a name is missing."""
    properties = {"DnsProperties": {"SOA": {"TTL": ttl}}}
    answer = client.update_private_dns_namespace(Id=namespace_id, Namespace={"Properties": properties})
    wait(client, answer["OperationId"])


def delete_namespace(client: Any, namespace_id: str) -> None:
    """DeleteNamespace, with its hosted zone."""
    wait(client, client.delete_namespace(Id=namespace_id)["OperationId"])


def list_services(client: Any, namespace_id: str) -> list[Described]:
    """ListServices of a namespace."""
    filters = [{"Name": "NAMESPACE_ID", "Values": [namespace_id], "Condition": "EQ"}]
    return pages(client, "list_services", "Services", Filters=filters)


def wait_without_instances(client: Any, namespace_id: str, services: list[Described], seconds: int) -> list[Described]:
    """List the services until none has an instance, for so long at most. ECS takes those of ended tasks off."""
    for _attempt in range(seconds // DELAY_SECONDS):
        if not any(service.get("InstanceCount") for service in services):
            break
        time.sleep(DELAY_SECONDS)
        services = list_services(client, namespace_id)
    return services


def create_service(
    client: Any,
    namespace_id: str,
    name: str,
    records: Iterable[Mapping[str, Any]],
    routing_policy: str,
    custom_health: bool,
    tags: Mapping[str, str],
) -> Described:
    """CreateService; return the service."""
    health = {"HealthCheckCustomConfig": {"FailureThreshold": 1}} if custom_health else {}
    service: Described = client.create_service(
        Name=name,
        NamespaceId=namespace_id,
        DnsConfig={"RoutingPolicy": routing_policy, "DnsRecords": list(records)},
        Tags=tag_list(tags),
        **health,
    )["Service"]
    return service


def update_records(client: Any, service_id: str, records: Iterable[Mapping[str, Any]]) -> None:
    """UpdateService: the TTL of the records, those of registered instances too."""
    change = {"DnsConfig": {"DnsRecords": list(records)}}
    wait(client, client.update_service(Id=service_id, Service=change)["OperationId"])


def delete_service(client: Any, service_id: str) -> None:
    """DeleteService. Cloud Map refuses while it has instances."""
    client.delete_service(Id=service_id)


def read_tags(client: Any, arn: str) -> dict[str, str]:
    """ListTagsForResource, without the tags that AWS sets itself."""
    return tag_dict(client.list_tags_for_resource(ResourceARN=arn)["Tags"])


def tag(client: Any, arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """TagResource and UntagResource, each only if needed."""
    tag_resource(client, current, wanted, ResourceARN=arn)
