# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Counts what is in an account, to show that all made the same."""

from __future__ import annotations

from typing import Any

from support.documents import ACCOUNT


def made(server: Any, name: str) -> dict[str, int]:
    """Count the resources of the platform ``name``, by kind."""
    ec2, iam, ecs = (server.client(service) for service in ("ec2", "iam", "ecs"))
    scaling, cloudwatch = server.client("application-autoscaling"), server.client("cloudwatch")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])["Vpcs"]
    inside = [{"Name": "vpc-id", "Values": [vpc["VpcId"] for vpc in vpcs]}]
    groups = ec2.describe_security_groups(Filters=inside)["SecurityGroups"]
    tables = ec2.describe_route_tables(Filters=inside)["RouteTables"]
    roles = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    families = ecs.list_task_definition_families()["families"]
    definitions = [ecs.describe_task_definition(taskDefinition=family)["taskDefinition"] for family in families]
    providers = ecs.describe_capacity_providers()["capacityProviders"]
    efs, route53 = server.client("efs"), server.client("route53")
    systems = [item["FileSystemId"] for item in efs.describe_file_systems()["FileSystems"]]
    zones = [zone["Id"] for zone in route53.list_hosted_zones()["HostedZones"]]
    return {
        "VPC": len(vpcs),
        "subnets": len(ec2.describe_subnets(Filters=inside)["Subnets"]),
        "routes to the internet gateway": sum(
            route.get("GatewayId", "").startswith("igw-") for table in tables for route in table["Routes"]
        ),
        "gateway endpoints": len(ec2.describe_vpc_endpoints(Filters=inside)["VpcEndpoints"]),
        "security groups": len(groups),
        "rules of security groups": sum(
            len(permission.get(peers, []))
            for group in groups
            for permission in group["IpPermissions"] + group["IpPermissionsEgress"]
            for peers in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
        ),
        "EFS file systems": len(systems),
        "EFS mount targets": sum(
            len(efs.describe_mount_targets(FileSystemId=system)["MountTargets"]) for system in systems
        ),
        "EFS access points": len(efs.describe_access_points()["AccessPoints"]),
        "secrets": len(server.client("secretsmanager").list_secrets()["SecretList"]),
        "buckets": len(server.client("s3").list_buckets()["Buckets"]),
        "log groups": len(server.client("logs").describe_log_groups()["logGroups"]),
        "metric filters": len(server.client("logs").describe_metric_filters()["metricFilters"]),
        "roles": len(roles),
        "policies of roles": sum(len(role["RolePolicyList"]) for role in roles),
        "instance profiles": len(iam.list_instance_profiles()["InstanceProfiles"]),
        "launch templates": len(ec2.describe_launch_templates()["LaunchTemplates"]),
        "auto scaling groups": len(server.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]),
        "functions": len(server.client("lambda").list_functions()["Functions"]),
        "event rules": len(server.client("events").list_rules()["Rules"]),
        "tables": len(server.client("dynamodb").list_tables()["TableNames"]),
        # Without those that a zone is made with, and a certificate's.
        "records": sum(
            record["Type"] not in ("NS", "SOA", "CNAME")
            for zone in zones
            for record in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        ),
        "certificates": len(server.client("acm").list_certificates()["CertificateSummaryList"]),
        "distributions": server.client("cloudfront").list_distributions()["DistributionList"]["Quantity"],
        "clusters": len(ecs.list_clusters()["clusterArns"]),
        "capacity providers": sum("autoScalingGroupProvider" in provider for provider in providers),
        "task definitions": len(definitions),
        "containers": sum(len(definition["containerDefinitions"]) for definition in definitions),
        "services": len(ecs.list_services(cluster=f"{name}-cluster")["serviceArns"]),
        "scaling targets": len(scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]),
        "scaling policies": len(scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]),
        "topics": len(server.client("sns").list_topics()["Topics"]),
        "subscriptions": len(server.client("sns").list_subscriptions()["Subscriptions"]),
        "alarms": len(cloudwatch.describe_alarms(AlarmNamePrefix=f"{name}/")["MetricAlarms"]),
        "budgets": len(server.client("budgets").describe_budgets(AccountId=ACCOUNT).get("Budgets", [])),
        "dashboards": len(cloudwatch.list_dashboards()["DashboardEntries"]),
        "names in Cloud Map": len(server.client("servicediscovery").list_services()["Services"]),
    }
