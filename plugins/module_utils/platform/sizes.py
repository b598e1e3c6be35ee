# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read-only calls that count what is billed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from .._aws.cloudfront import list_distributions
from .._aws.pages import pages

# Storage types of CloudWatch's daily figures, by how they are priced.
STORAGE = {
    "recording_gib": ("StandardStorage", "IntelligentTieringFAStorage"),
    "infrequent_gib": ("StandardIAStorage", "IntelligentTieringIAStorage"),
    "archive_gib": ("GlacierInstantRetrievalStorage", "IntelligentTieringAIAStorage"),
}
GIB = 1024**3


def log_bytes(logs: Any, group: str) -> int:
    """DescribeLogGroups: bytes that a log group keeps, 0 if there is none."""
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return sum(item.get("storedBytes", 0) for item in found if item["logGroupName"] == group)


def bucket_gib(cloudwatch: Any, bucket: str, now: datetime) -> dict[str, float]:
    """GetMetricData: what S3 last told of the size of a bucket, once a day, by keys of ``STORAGE``."""
    queries: list[dict[str, Any]] = []
    keys: dict[str, str] = {}
    for key, storages in STORAGE.items():
        for storage in storages:
            identifier = f"s{len(queries)}"
            keys[identifier] = key
            metric = {
                "Namespace": "AWS/S3",
                "MetricName": "BucketSizeBytes",
                "Dimensions": [{"Name": "BucketName", "Value": bucket}, {"Name": "StorageType", "Value": storage}],
            }
            stat = {"Metric": metric, "Period": 86400, "Stat": "Average"}
            queries.append({"Id": identifier, "MetricStat": stat})
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=now - timedelta(days=3), EndTime=now, ScanBy="TimestampDescending"
    )
    found = dict.fromkeys(STORAGE, 0.0)
    for result in answer["MetricDataResults"]:
        if result["Values"]:
            found[keys[result["Id"]]] += result["Values"][0] / GIB
    return found


def functions(lambda_: Any, names: Collection[str]) -> int:
    """ListFunctions: how many of these there are."""
    return sum(item["FunctionName"] in names for item in pages(lambda_, "list_functions", "Functions"))


def distributions(cloudfront: Any, comment: str) -> int:
    """ListDistributions: how many have this comment."""
    return sum(item.get("Comment") == comment for item in list_distributions(cloudfront))


def tables(dynamodb: Any, name: str) -> int:
    """DescribeTable: whether there is one of this name, 1 or 0."""
    try:
        dynamodb.describe_table(TableName=name)
    except dynamodb.exceptions.ResourceNotFoundException:
        return 0
    return 1


def task_definition(ecs: Any, arn: str) -> dict[str, Any]:
    """DescribeTaskDefinition of a revision."""
    described: dict[str, Any] = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    return described
