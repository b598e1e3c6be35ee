#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: service_discovery
version_added: 0.1.0
short_description: Keep a private DNS namespace of AWS Cloud Map and its services
description:
  - Creates a namespace whose names only one VPC resolves, and services in it. Amazon ECS registers the addresses of its
    tasks with these services.
  - Puts back TTLs and tags that differ.
  - Waits until Cloud Map has done what it was asked to, at most five minutes for each step. A new namespace takes about
    one.
author: [meetops.jitsi contributors (@meetops)]
options:
  namespace:
    description: Domain name of the namespace, such as V(jitsi.internal).
    type: str
    required: true
  vpc_id:
    description:
      - ID of the VPC that resolves the names. Other VPCs may have a namespace of the same name, which is left alone.
      - In check mode it may be a placeholder, for a VPC that does not exist yet.
    type: str
    required: true
  negative_ttl:
    description:
      - For how many seconds a resolver remembers that a name has no address.
      - This is how long a task may wait for a name that was asked for before its service started.
    type: int
    default: 10
  services:
    description: Services of the namespace. Others in it are left alone.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the service. Its tasks are found under this name in the namespace.
        type: str
        required: true
      ttl:
        description: For how many seconds a resolver remembers an address.
        type: int
        default: 10
      record_types:
        description: Types of the records. Cloud Map cannot change them later.
        type: list
        elements: str
        choices: [A, AAAA]
        default: [A]
      routing_policy:
        description: V(MULTIVALUE) answers with up to eight addresses, V(WEIGHTED) with one. Cloud Map cannot change it
          later.
        type: str
        choices: [MULTIVALUE, WEIGHTED]
        default: MULTIVALUE
      custom_health:
        description:
          - Whether Amazon ECS tells Cloud Map the health of its tasks. Cloud Map cannot change it later.
          - AWS recommends it for ECS, and tasks in services without it have been reported to be stopped after some
            minutes. A change of health is seen about 30 seconds later.
        type: bool
        default: true
  tags:
    description: Tags of the namespace and the services, beside C(Name).
    type: dict
    default: {}
  state:
    description:
      - V(absent) deletes the namespace, all of its services and its hosted zone. If a service still has registered
        instances after O(wait_timeout), the module fails and deletes nothing. Check mode does not look for instances.
    type: str
    choices: [present, absent]
    default: present
  wait_timeout:
    description: How many seconds to wait for the instances of ended tasks to go, before a namespace is deleted.
    type: int
    default: 120
    version_added: 0.4.0
notes:
  - Neither C(amazon.aws) (release 11.4) nor C(community.aws) (release 11.2) has a module for AWS Cloud Map.
  - Cloud Map does not say to which VPC a namespace belongs. The module takes the one whose hosted zone Route 53 lists
    for the VPC.
  - A request to create the namespace has the same id in every run. When a run dies after sending it, the next one waits
    for the same operation.
  - "Permissions: servicediscovery:ListNamespaces, GetNamespace, CreatePrivateDnsNamespace, UpdatePrivateDnsNamespace,
    DeleteNamespace, ListServices, CreateService, UpdateService, DeleteService, GetOperation, ListTagsForResource,
    TagResource, UntagResource, and for the hosted zone route53:CreateHostedZone, GetHostedZone, ListHostedZonesByVPC,
    ListHostedZonesByName, ChangeResourceRecordSets, DeleteHostedZone, ec2:DescribeVpcs, ec2:DescribeRegions."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The address of the signalling task is xmpp.jitsi.internal
  meetops.jitsi.service_discovery:
    namespace: jitsi.internal
    vpc_id: vpc-0123456789abcdef0
    services:
      - name: xmpp
        ttl: 10
    tags:
      Environment: prod

- name: The namespace is gone
  meetops.jitsi.service_discovery:
    namespace: jitsi.internal
    vpc_id: vpc-0123456789abcdef0
    state: absent
"""

RETURN = r"""
namespace_id:
  description: ID of the namespace; empty if there is none.
  returned: success
  type: str
  sample: ns-e1tpmexample0001
namespace_arn:
  description: ARN of the namespace; empty if there is none.
  returned: success
  type: str
  sample: arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-e1tpmexample0001
services:
  description: The services of the namespace by name, without those that check mode would create.
  returned: success
  type: dict
  sample:
    xmpp:
      id: srv-utcrh6wavdkggqtk
      arn: arn:aws:servicediscovery:us-east-1:123456789012:service/srv-utcrh6wavdkggqtk
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: service xmpp, action: update, fields: [ttl]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import servicediscovery
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import service_discovery


def find(module: Any, cloud_map: Any) -> dict[str, Any]:
    """The namespace of the VPC, or an empty dict."""
    name, vpc_id = module.params["namespace"], module.params["vpc_id"]
    if service_discovery.is_planned(vpc_id):
        return {}
    namespaces = servicediscovery.list_namespaces(cloud_map, name)
    if not namespaces:
        return {}
    zones = servicediscovery.zones_of_vpc(client(module, "route53"), vpc_id, cloud_map.meta.region_name)
    return dict(service_discovery.choose(namespaces, zones) or {})


class Builder:
    """Applies the changes. The namespace that is created is known to the services after it."""

    def __init__(self, cloud_map: Any, params: dict[str, Any], namespace: dict[str, Any], services: Any) -> None:
        self.cloud_map = cloud_map
        self.params = params
        self.namespace = namespace
        self.services = {service["Name"]: service for service in services}

    def apply(self, change: Change) -> None:
        """Create, update or delete one resource."""
        if change.resource.startswith(service_discovery.NAMESPACE):
            self.set_namespace(change)
        else:
            self.set_service(change.resource.removeprefix(service_discovery.SERVICE), change)

    def set_namespace(self, change: Change) -> None:
        """Create, put back or delete the namespace."""
        if change.after is None:
            servicediscovery.delete_namespace(self.cloud_map, self.namespace["Id"])
            self.namespace = {}
        elif change.before is None:
            name, vpc_id = self.params["namespace"], self.params["vpc_id"]
            self.namespace = servicediscovery.create_namespace(
                self.cloud_map,
                name,
                vpc_id,
                service_discovery.request_id(name, vpc_id),
                change.after["NegativeTTL"],
                change.after["Tags"],
            )
        else:
            if "NegativeTTL" in change.fields:
                servicediscovery.update_negative_ttl(self.cloud_map, self.namespace["Id"], change.after["NegativeTTL"])
            servicediscovery.tag(self.cloud_map, self.namespace["Arn"], change.before["Tags"], change.after["Tags"])

    def set_service(self, name: str, change: Change) -> None:
        """Create, put back or delete a service."""
        if change.after is None:
            servicediscovery.delete_service(self.cloud_map, self.services.pop(name)["Id"])
        elif change.before is None:
            self.services[name] = servicediscovery.create_service(
                self.cloud_map,
                self.namespace["Id"],
                name,
                service_discovery.records(change.after),
                change.after["RoutingPolicy"],
                change.after["CustomHealth"],
                change.after["Tags"],
            )
        else:
            service = self.services[name]
            if "TTL" in change.fields:
                servicediscovery.update_records(self.cloud_map, service["Id"], service_discovery.records(change.after))
            servicediscovery.tag(self.cloud_map, service["Arn"], change.before["Tags"], change.after["Tags"])


def reconcile(module: Any) -> None:
    """Read the namespace and its services, compare, and create the namespace before the services."""
    params = module.params
    name, vpc_id = params["namespace"], params["vpc_id"]
    service_discovery.check(name, params["negative_ttl"], params["services"])
    wanted = {}
    if params["state"] == "present":
        wanted = service_discovery.wanted(name, vpc_id, params["negative_ttl"], params["services"], params["tags"])

    cloud_map = client(module, "servicediscovery")
    namespace = find(module, cloud_map)
    services = servicediscovery.list_services(cloud_map, namespace["Id"]) if namespace else []
    current = {}
    if namespace:
        tags = servicediscovery.read_tags(cloud_map, namespace["Arn"])
        current[service_discovery.NAMESPACE + name] = service_discovery.namespace_fields(namespace, vpc_id, tags)
    for service in services:
        resource = service_discovery.SERVICE + service["Name"]
        if resource in wanted or not wanted:
            tags = servicediscovery.read_tags(cloud_map, service["Arn"])
            current[resource] = service_discovery.service_fields(service, tags)

    changes = compare(current, wanted, prune=True)
    service_discovery.check_changes(changes)
    if not wanted and not module.check_mode:
        namespace_id, seconds = namespace.get("Id", ""), params["wait_timeout"]
        services = servicediscovery.wait_without_instances(cloud_map, namespace_id, services, seconds)
        service_discovery.check_deletion(services)
    builder = Builder(cloud_map, params, namespace, services)
    finish(
        module,
        changes,
        builder.apply,
        namespace_id=lambda: builder.namespace.get("Id", ""),
        namespace_arn=lambda: builder.namespace.get("Arn", ""),
        services=lambda: {
            service: {"id": found["Id"], "arn": found["Arn"]} for service, found in builder.services.items()
        },
    )


def main() -> None:
    """Run the module."""
    run(
        {
            "namespace": {"type": "str", "required": True},
            "vpc_id": {"type": "str", "required": True},
            "negative_ttl": {"type": "int", "default": 10},
            "services": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "name": {"type": "str", "required": True},
                    "ttl": {"type": "int", "default": 10},
                    "record_types": {"type": "list", "elements": "str", "choices": ["A", "AAAA"], "default": ["A"]},
                    "routing_policy": {"type": "str", "choices": ["MULTIVALUE", "WEIGHTED"], "default": "MULTIVALUE"},
                    "custom_health": {"type": "bool", "default": True},
                },
            },
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "wait_timeout": {"type": "int", "default": 120},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
