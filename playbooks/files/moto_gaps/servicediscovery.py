# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of Cloud Map. Local only."""

from __future__ import annotations

import json
from typing import Any


def patch() -> None:
    """All of them."""
    patch_servicediscovery_create_namespace()
    patch_servicediscovery_change_namespace()
    patch_servicediscovery_services()


def patch_servicediscovery_create_namespace() -> None:
    """AWS associates the hosted zone of a private namespace with the VPC, refuses a second zone of the same name in
    that VPC (and only there), and answers a repeated CreatorRequestId with the operation that it began."""
    from moto.servicediscovery.models import Namespace, ServiceDiscoveryBackend

    def begun(backend: Any, creator_request_id: str) -> str | None:
        made = {ns.id for ns in backend.namespaces.values() if ns.creator_request_id == creator_request_id}
        for operation in backend.operations.values():
            if operation.operation_type == "CREATE_NAMESPACE" and operation.targets.get("NAMESPACE") in made:
                return str(operation.id)
        return None

    def refuse(backend: Any, error: str) -> str:
        operation_id = str(backend._create_operation("CREATE_NAMESPACE", targets={}))
        operation = backend.operations[operation_id]
        answer, details = operation.to_json, {"ErrorCode": "CANNOT_CREATE_HOSTED_ZONE", "ErrorMessage": error}
        operation.status = "FAIL"
        operation.to_json = lambda short=False: {**answer(short), **details}
        return operation_id

    def create(
        backend: Any,
        name: str,
        creator_request_id: str,
        description: str,
        vpc: str,
        tags: list[dict[str, str]],
        properties: dict[str, Any],
    ) -> str:
        if operation_id := begun(backend, creator_request_id):
            return operation_id
        if name in [zone["Name"].rstrip(".") for zone in zones_of(backend).list_hosted_zones_by_vpc(vpc)]:
            return refuse(backend, f"The VPC {vpc} is already associated with another hosted zone of the name {name}")
        zone = zones_of(backend).create_hosted_zone(
            name, private_zone=True, vpcid=vpc, vpcregion=backend.region_name, comment="Created by AWS Cloud Map"
        )
        dns = {**(properties or {}).get("DnsProperties", {}), "HostedZoneId": zone.id.split("/")[-1]}
        place = (backend.account_id, backend.region_name)
        namespace = Namespace(*place, name, "DNS_PRIVATE", creator_request_id, description, dns, {}, vpc)
        backend.namespaces[namespace.id] = namespace
        backend.tagger.tag_resource(namespace.arn, tags or [])
        return str(backend._create_operation("CREATE_NAMESPACE", targets={"NAMESPACE": namespace.id}))

    ServiceDiscoveryBackend.create_private_dns_namespace = create


def patch_servicediscovery_change_namespace() -> None:
    """AWS keeps the zone's id when the SOA changes, deletes the zone with its namespace, and refuses to delete a
    namespace that has services."""
    from moto.core.exceptions import JsonRESTError
    from moto.servicediscovery.models import ServiceDiscoveryBackend

    delete = ServiceDiscoveryBackend.delete_namespace

    def update(backend: Any, _id: str, description: str, properties: dict[str, Any]) -> str:
        namespace = backend.get_namespace(namespace_id=_id)
        namespace.description = namespace.description if description is None else description
        namespace.dns_properties = {**namespace.dns_properties, **(properties or {})}
        return str(backend._create_operation("UPDATE_NAMESPACE", targets={"NAMESPACE": namespace.id}))

    def delete_namespace(backend: Any, namespace_id: str) -> str:
        namespace = backend.namespaces.get(namespace_id)
        if namespace and any(service.namespace_id == namespace_id for service in backend.services.values()):
            raise JsonRESTError("ResourceInUse", "The namespace has services")
        operation_id = str(delete(backend, namespace_id))
        zone_id = namespace.dns_properties.get("HostedZoneId")
        if zone_id in zones_of(backend).zones:
            zones_of(backend).delete_hosted_zone(zone_id)
        return operation_id

    ServiceDiscoveryBackend.update_private_dns_namespace = update
    ServiceDiscoveryBackend.delete_namespace = delete_namespace


def zones_of(backend: Any) -> Any:
    """Where moto keeps the hosted zones of a Cloud Map backend's account."""
    from moto.route53 import route53_backends
    from moto.utilities.utils import get_partition

    return route53_backends[backend.account_id][get_partition(backend.region_name)]


def patch_servicediscovery_services() -> None:
    """AWS filters the list of services by namespace, counts their instances in it, refuses a second service of the same
    name in a namespace and to delete one with instances, and keeps the routing policy when the TTL changes."""
    from moto.core.exceptions import JsonRESTError
    from moto.servicediscovery.models import Service, ServiceDiscoveryBackend
    from moto.servicediscovery.responses import ServiceDiscoveryResponse

    create, delete, to_json = (
        ServiceDiscoveryBackend.create_service,
        ServiceDiscoveryBackend.delete_service,
        Service.to_json,
    )

    def list_services(response: Any) -> str:
        wanted = {
            value
            for criterion in response._get_param("Filters") or []
            if criterion["Name"] == "NAMESPACE_ID"
            for value in criterion["Values"]
        }
        services = response.servicediscovery_backend.list_services()
        return json.dumps({"Services": [s.to_json() for s in services if not wanted or s.namespace_id in wanted]})

    def create_service(backend: Any, **fields: Any) -> Any:
        for service in backend.services.values():
            if (service.namespace_id, service.name) == (fields["namespace_id"], fields["name"]):
                if service.creator_request_id == fields["creator_request_id"]:
                    return service
                raise JsonRESTError("ServiceAlreadyExists", "Service already exists")
        return create(backend, **fields)

    def delete_service(backend: Any, service_id: str) -> None:
        if backend.get_service(service_id).instances:
            raise JsonRESTError("ResourceInUse", "Service contains registered instances; delete the instances first")
        delete(backend, service_id)

    Service.to_json = lambda service: {**to_json(service), "InstanceCount": len(service.instances)}
    ServiceDiscoveryResponse.list_services = list_services
    ServiceDiscoveryBackend.create_service = create_service
    ServiceDiscoveryBackend.delete_service = delete_service
