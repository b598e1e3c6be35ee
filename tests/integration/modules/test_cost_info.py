# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module cost_info counts and prices what is there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import prices

NAME = "jitsi"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PLANNED = [{"name": "signalling", "cpu": 1024, "memory": 4096}, {"name": "bridge", "cpu": 4096, "memory": 8192}]


@pytest.fixture
def bill(aws, run_well):
    def run(**options):
        result = run_well("cost_info", **{"name": NAME, **options})
        assert aws.mutating() == []
        return result["cost"]

    return run


def build_counted(aws, name):
    watch = aws.client("cloudwatch")
    scaling = f"service/{name}-cluster/{name}-bridge"
    for alarm in (f"{name}/cpu", f"TargetTracking-{scaling}-AlarmHigh-1", f"StepScaling-{scaling}/full"):
        watch.put_metric_alarm(
            AlarmName=alarm,
            MetricName="m",
            Namespace="n",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            Statistic="Sum",
        )
    for dashboard in (name, f"{name}-capacity", f"{name}-recording"):
        watch.put_dashboard(DashboardName=dashboard, DashboardBody=json.dumps({"widgets": []}))
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=f"/ecs/{name}")
    logs.put_metric_filter(
        logGroupName=f"/ecs/{name}",
        filterName="f",
        filterPattern="",
        metricTransformations=[{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
    )


def build_services(aws, name):
    """Signalling on Fargate, and recorders on instances."""
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName=f"{name}-cluster")
    containers = [{"name": "a", "image": "a:1", "memory": 8}]
    for service, size in (
        ("service", {"cpu": "2048", "memory": "4096"}),
        ("recorder", {"cpu": "3584", "memory": "6656"}),
    ):
        compatible = ["FARGATE" if service == "service" else "EC2"]
        ecs.register_task_definition(
            family=f"{name}-{service}", containerDefinitions=containers, requiresCompatibilities=compatible, **size
        )
        ecs.create_service(
            cluster=f"{name}-cluster",
            serviceName=f"{name}-{service}",
            taskDefinition=f"{name}-{service}",
            desiredCount=0,
        )
    aws.client("ec2").create_launch_template(
        LaunchTemplateName=f"{name}-recorder",
        LaunchTemplateData={
            "InstanceType": "c6i.xlarge",
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 73}}],
        },
    )


def test_an_empty_account_costs_nothing_and_the_plan_is_priced(aws, bill):
    cost = bill(tasks=PLANNED)
    assert set(cost["counts"].values()) == {0}
    assert cost["asleep"] == {"lines": [], "usd_month_gross": 0, "usd_month": 0}
    assert [(line["item"], line["usd"]) for line in cost["awake"]["lines"]] == [
        ("signalling", 0.0633),
        ("bridge", 0.2025),
    ]
    assert cost["prices_of"] == "2026-11"
    assert len(aws.calls) <= 15


def test_each_environment_pays_for_its_own(aws, bill):
    for name in (NAME, f"{NAME}-staging"):
        build_counted(aws, name)
        build_services(aws, name)
        aws.client("secretsmanager").create_secret(Name=f"{name}-jitsi-secrets", SecretString="{}", KmsKeyId=KEY)
        aws.client("servicediscovery").create_private_dns_namespace(
            Name=f"{name}.internal", Vpc=aws.client("ec2").create_vpc(CidrBlock="10.90.0.0/16")["Vpc"]["VpcId"]
        )
        aws.client("dynamodb").create_table(
            TableName=f"{name}-wakes",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        aws.client("efs").create_file_system(CreationToken=name)
    for name in (NAME, f"{NAME}-staging"):
        cost = bill(name=name)
        lines = {line["item"]: (line["quantity"], line["usd_gross"], line["usd"]) for line in cost["asleep"]["lines"]}
        assert lines == {
            "CloudWatch alarms": (3, 0.3, 0),
            "CloudWatch dashboards": (3, 9, 0),
            "Secrets Manager secrets": (1, 0.4, 0.4),
            "Route 53 private hosted zones": (1, 0.5, 0.5),
            "KMS keys of your own": (1, 1, 1),
            "DynamoDB tables, on demand": (1, 0, 0),
        }
        assert (cost["asleep"]["usd_month_gross"], cost["asleep"]["usd_month"]) == (11.2, 1.9)
        # What the task definitions and the launch template say.
        assert {line["item"]: line["usd"] for line in cost["awake"]["lines"]} == {
            "signalling": 0.1037,
            "recorder": 0.183,
        }
        assert len(aws.calls) <= 20


def test_sizes_and_the_key_of_the_recording_bucket_count(aws, bill):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="recordings")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
    s3.put_bucket_encryption(Bucket="recordings", ServerSideEncryptionConfiguration={"Rules": [rule]})
    for storage, gib in (("StandardStorage", 100), ("GlacierInstantRetrievalStorage", 1000)):
        aws.client("cloudwatch").put_metric_data(
            Namespace="AWS/S3",
            MetricData=[
                {
                    "MetricName": "BucketSizeBytes",
                    "Dimensions": [
                        {"Name": "BucketName", "Value": "recordings"},
                        {"Name": "StorageType", "Value": storage},
                    ],
                    "Timestamp": datetime.now(UTC) - timedelta(hours=1),
                    "Value": gib * 1024**3,
                }
            ],
        )
    cost = bill(recording_bucket="recordings")
    assert cost["counts"]["customer_keys"] == 1
    lines = {line["item"]: line["usd"] for line in cost["asleep"]["lines"]}
    assert lines["S3 recordings kept (GiB)"] == 2.3
    assert lines["S3 recordings archived (GiB)"] == 4
    assert bill(recording_bucket="other")["counts"]["customer_keys"] == 0


def test_everything_that_costs_asleep_is_counted(aws, bill):
    counts = bill(recording_bucket="recordings", hosted_zone="example.com")["counts"]
    # Of these there are none asleep.
    assert counts.keys() == prices.IDLE_ITEMS.keys() - {"metrics", "public_ips"}


def test_a_zone_counts_only_if_it_was_made_for_the_platform(aws, bill):
    aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    assert "public_zones" not in bill()["counts"]
    assert bill(hosted_zone="example.com")["asleep"]["usd_month"] == 0.5
