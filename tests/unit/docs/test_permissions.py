# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How calls to AWS become questions of IAM, and how a policy answers them."""

from __future__ import annotations

import pytest
from support import iam
from support.asked import anonymous
from support.permissions import Permission, permissions

HERE = "us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/meet-task"
LINKED = "iam::123456789012:role/aws-service-role"
TAGS = [{"Key": "Name", "Value": "meet"}]


def asked(call, **given):
    """The questions as ``service:Action resource``, without what all ARNs begin with."""
    return {f"{item.action} {item.resource.removeprefix('arn:aws:')}" for item in permissions(call, given)}


@pytest.mark.parametrize(
    ("call", "given", "questions"),
    [
        # Nobody needs a permission to ask who they are.
        ("sts:GetCallerIdentity", {}, set()),
        # No resources.
        ("ec2:DescribeVpcs", {}, {"ec2:DescribeVpcs *"}),
        ("lambda:ListFunctions", {}, {"lambda:ListFunctions *"}),
        ("tagging:GetResources", {}, {"tag:GetResources *"}),
        # By name, by list, by ARN, by none of them.
        (
            "ecs:DescribeServices",
            {"cluster": "c", "services": ["a", "b"]},
            {f"ecs:DescribeServices ecs:{HERE}:service/c/{name}" for name in ("a", "b")},
        ),
        (
            "ecs:UpdateService",
            {"cluster": f"arn:aws:ecs:{HERE}:cluster/c", "service": f"arn:aws:ecs:{HERE}:service/c/a"},
            {f"ecs:UpdateService ecs:{HERE}:service/c/a"},
        ),
        (
            "ecs:DescribeTasks",
            {"cluster": "c", "tasks": [f"arn:aws:ecs:{HERE}:task/c/1"]},
            {f"ecs:DescribeTasks ecs:{HERE}:task/c/1"},
        ),
        ("ecs:DescribeCapacityProviders", {}, {f"ecs:DescribeCapacityProviders ecs:{HERE}:capacity-provider/*"}),
        (
            "cloudwatch:PutDashboard",
            {"DashboardName": "d"},
            {"cloudwatch:PutDashboard cloudwatch::123456789012:dashboard/d"},
        ),
        ("logs:PutMetricFilter", {"logGroupName": "/ecs/m"}, {f"logs:PutMetricFilter logs:{HERE}:log-group:/ecs/m:*"}),
        ("sns:Publish", {"TopicArn": f"arn:aws:sns:{HERE}:t"}, {f"sns:Publish sns:{HERE}:t"}),
        (
            "route53:ChangeResourceRecordSets",
            {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": []}},
            {"route53:ChangeResourceRecordSets route53:::hostedzone/Z1"},
        ),
        (
            "secretsmanager:GetSecretValue",
            {"SecretId": "s"},
            {f"secretsmanager:GetSecretValue secretsmanager:{HERE}:secret:s-AbCdEf"},
        ),
        (
            "secretsmanager:GetSecretValue",
            {"SecretId": f"arn:aws:secretsmanager:{HERE}:secret:s-QwErTy"},
            {f"secretsmanager:GetSecretValue secretsmanager:{HERE}:secret:s-QwErTy"},
        ),
        # EC2: by the ids in the request, each of its type.
        (
            "ec2:AssociateRouteTable",
            {"RouteTableId": "rtb-12345678", "SubnetId": "subnet-12345678"},
            {
                f"ec2:AssociateRouteTable ec2:{HERE}:route-table/rtb-12345678",
                f"ec2:AssociateRouteTable ec2:{HERE}:subnet/subnet-12345678",
            },
        ),
        # Not the peers of a rule.
        (
            "ec2:AuthorizeSecurityGroupIngress",
            {"GroupId": "sg-12345678", "IpPermissions": [{"UserIdGroupPairs": [{"GroupId": "sg-87654321"}]}]},
            {f"ec2:AuthorizeSecurityGroupIngress ec2:{HERE}:security-group/sg-12345678"},
        ),
        # What is made has no id yet; its tags are a question of their own.
        (
            "ec2:CreateSubnet",
            {"VpcId": "vpc-12345678", "TagSpecifications": [{"ResourceType": "subnet", "Tags": TAGS}]},
            {
                f"ec2:CreateSubnet ec2:{HERE}:subnet/*",
                f"ec2:CreateSubnet ec2:{HERE}:vpc/vpc-12345678",
                f"ec2:CreateTags ec2:{HERE}:subnet/*",
            },
        ),
        (
            "ecs:CreateCluster",
            {"clusterName": "c", "tags": [{"key": "Name", "value": "meet"}]},
            {
                f"ecs:CreateCluster ecs:{HERE}:cluster/c",
                f"ecs:TagResource ecs:{HERE}:cluster/c",
                f"iam:CreateServiceLinkedRole {LINKED}/ecs.amazonaws.com/AWSServiceRoleForECS",
            },
        ),
        (
            "acm:RequestCertificate",
            {"DomainName": "d", "Tags": TAGS},
            {"acm:RequestCertificate *", f"acm:AddTagsToCertificate acm:{HERE}:certificate/*"},
        ),
        # Roles that are handed on.
        (
            "ecs:RegisterTaskDefinition",
            {"family": "f", "taskRoleArn": ROLE},
            {
                f"ecs:RegisterTaskDefinition ecs:{HERE}:task-definition/f:*",
                f"iam:PassRole {ROLE.removeprefix('arn:aws:')}",
            },
        ),
        (
            "iam:AddRoleToInstanceProfile",
            {"InstanceProfileName": "p", "RoleName": "r"},
            {
                "iam:AddRoleToInstanceProfile iam::123456789012:instance-profile/p",
                "iam:PassRole iam::123456789012:role/r",
            },
        ),
        # Other services.
        (
            "secretsmanager:RotateSecret",
            {"SecretId": "s", "RotationLambdaARN": f"arn:aws:lambda:{HERE}:function:f"},
            {
                f"secretsmanager:RotateSecret secretsmanager:{HERE}:secret:s-AbCdEf",
                f"lambda:InvokeFunction lambda:{HERE}:function:f",
            },
        ),
        # S3's own names, versions, copies and ACLs.
        ("s3:HeadBucket", {"Bucket": "b"}, {"s3:ListBucket s3:::b"}),
        ("s3:HeadObject", {"Bucket": "b", "Key": "k"}, {"s3:GetObject s3:::b/k"}),
        ("s3:GetObject", {"Bucket": "b", "Key": "k", "VersionId": "1"}, {"s3:GetObjectVersion s3:::b/k"}),
        ("s3:PutPublicAccessBlock", {"Bucket": "b"}, {"s3:PutBucketPublicAccessBlock s3:::b"}),
        (
            "s3:PutObject",
            {"Bucket": "b", "Key": "k", "ACL": "private"},
            {"s3:PutObject s3:::b/k", "s3:PutObjectAcl s3:::b/k"},
        ),
        ("s3:UploadPart", {"Bucket": "b", "Key": "k"}, {"s3:PutObject s3:::b/k"}),
        (
            "s3:CopyObject",
            {"Bucket": "b", "Key": "k", "CopySource": "b/o?versionId=1"},
            {"s3:PutObject s3:::b/k", "s3:GetObjectVersion s3:::b/o"},
        ),
        (
            "s3:DeleteObjects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "k"}, {"Key": "o", "VersionId": "1"}]}},
            {"s3:DeleteObject s3:::b/k", "s3:DeleteObjectVersion s3:::b/o"},
        ),
        # Budgets have permissions by what is done, not by call.
        ("budgets:CreateNotification", {"BudgetName": "b"}, {"budgets:ModifyBudget budgets::123456789012:budget/b"}),
    ],
)
def test_a_call_asks(call, given, questions):
    assert asked(call, **given) == questions


def test_a_call_that_nobody_described_is_an_error():
    with pytest.raises(LookupError, match=r"permissions\.yml"):
        permissions("kms:ScheduleKeyDeletion", {"KeyId": "k"})
    with pytest.raises(LookupError, match="knows no action"):
        permissions("ecs:Nonsense", {})


def test_the_context_has_tags_names_and_services():
    tags = {f"arn:aws:ec2:{HERE}:vpc/vpc-12345678": {"Name": "meet"}}
    given = {"VpcId": "vpc-12345678", "TagSpecifications": [{"ResourceType": "subnet", "Tags": TAGS}]}
    found = {
        (item.action, item.resource.rpartition(":")[2]): dict(item.context)
        for item in permissions("ec2:CreateSubnet", given, lambda resource: tags.get(resource, {}))
    }
    named = {"aws:RequestTag/Name": ("meet",)}
    assert found["ec2:CreateSubnet", "vpc/vpc-12345678"] == {**named, "aws:ResourceTag/Name": ("meet",)}
    assert found["ec2:CreateTags", "subnet/*"] == {**named, "ec2:CreateAction": ("CreateSubnet",)}
    record = {"Name": "Turn.example.com.", "Type": "A"}
    change = {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}}
    (question,) = permissions("route53:ChangeResourceRecordSets", change)
    assert dict(question.context) == {
        "route53:ChangeResourceRecordSetsActions": ("UPSERT",),
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": ("turn.example.com",),
        "route53:ChangeResourceRecordSetsRecordTypes": ("A",),
    }


ASK = Permission("ecs:UpdateService", f"arn:aws:ecs:{HERE}:service/c/a", (("ecs:cluster", ("c",)),))


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ({"Action": "ecs:UpdateService", "Resource": "*"}, True),
        ({"Action": "ecs:update*", "Resource": [f"arn:aws:ecs:{HERE}:service/c/*"]}, True),
        ({"Action": "ecs:UpdateService", "Resource": f"arn:aws:ecs:{HERE}:service/c"}, False),
        ({"Action": "ecs:UpdateService", "Resource": f"arn:aws:ecs:{HERE}:service/c/?"}, True),
        ({"Action": "ecs:*", "Resource": "*", "Effect": "Deny"}, False),
        ({"Action": "ecs:*", "Resource": "*", "Condition": {"StringEquals": {"ecs:cluster": ["b", "c"]}}}, True),
        ({"Action": "ecs:*", "Resource": "*", "Condition": {"StringEquals": {"ecs:cluster": "C"}}}, False),
        ({"Action": "ecs:*", "Resource": "*", "Condition": {"StringLike": {"ECS:Cluster": "?"}}}, True),
        ({"Action": "ecs:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/Name": "x"}}}, False),
        (
            {"Action": "ecs:*", "Resource": "*", "Condition": {"StringEqualsIfExists": {"aws:ResourceTag/Name": "x"}}},
            True,
        ),
        ({"Action": "ecs:*", "Resource": "*", "Condition": {"Null": {"aws:ResourceTag/Name": "true"}}}, True),
        ({"Action": "ecs:*", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"x:y": "z"}}}, True),
    ],
)
def test_a_statement_answers(statement, answer):
    assert iam.allows([{"Effect": "Allow", **statement}], ASK) is answer


def test_an_operator_that_nobody_described_is_an_error():
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"ecs:cluster": "x"}}}
    with pytest.raises(NotImplementedError):
        iam.allows([statement], ASK)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"arn:aws:ec2:{HERE}:vpc/vpc-1a2b3c4d", f"arn:aws:ec2:{HERE}:vpc/vpc-0123456789abcdef0"),
        ("arn:aws:route53:::hostedzone/ZABC", "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHI"),
        ("arn:aws:route53:::hostedzone/*", "arn:aws:route53:::hostedzone/*"),
        (
            f"arn:aws:secretsmanager:{HERE}:secret:meet-jitsi-secrets-Qw3rTy",
            f"arn:aws:secretsmanager:{HERE}:secret:meet-jitsi-secrets-AbCdEf",
        ),
        ("arn:aws:iam::123456789012:role/meet-task", "arn:aws:iam::123456789012:role/meet-task"),
    ],
)
def test_ids_of_one_run_are_left_out(text, shown):
    assert anonymous(text) == shown
