# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Weaknesses of a platform, planted by other hands than this collection's, for the audit to find."""

from __future__ import annotations

import datetime as dt
import json

from .month import secret_of
from .server import AwsServer

NAME = "jitsi-video-platform"
BUCKET = "jitsi-meet-example-com-recordings"
ACCEPTED = [f"tasks/exec:{NAME}-bridge"]
# What the audit is to find, by the ids of its findings.
FOUND = {
    f"network/extra-ingress:{NAME}-signalling tcp 22 0.0.0.0/0": "high",
    f"access/policy:{NAME}-bridge-task debug Debug": "high",
    f"access/managed-policy:{NAME}-recorder-task arn:aws:iam::aws:policy/AmazonS3FullAccess": "medium",
    f"exposure/function-url:{NAME}-wake": "high",
    f"bucket/public:{BUCKET}": "high",
    f"bucket/versions:{BUCKET}": "medium",
    f"secrets/age:{NAME}-jitsi-secrets": "high",
    f"logs/retention:/ecs/{NAME}": "medium",
    f"tasks/exec:{NAME}-bridge": "medium",
    "strangers/security-group:db <b>&$x$": "low",
    f"strangers/function:{NAME}-miner": "medium",
    f"strangers/role:{NAME}-backdoor": "medium",
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def plant(aws: AwsServer) -> None:
    """Put them into an account in which site.yml has built the platform; forget the calls."""
    ec2, iam = aws.client("ec2"), aws.client("iam")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [NAME]}])["Vpcs"][0]["VpcId"]
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": [f"{NAME}-signalling"]}]
    group = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    # A name that a page or a plot might take for something else.
    ec2.create_security_group(VpcId=vpc, GroupName="db <b>&$x$", Description="a database")
    debug = {"Sid": "Debug", "Effect": "Allow", "Action": "ecs:*", "Resource": "*"}
    iam.put_role_policy(
        RoleName=f"{NAME}-bridge-task",
        PolicyName="debug",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [debug]}),
    )
    iam.attach_role_policy(RoleName=f"{NAME}-recorder-task", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    role = iam.create_role(RoleName=f"{NAME}-backdoor", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    functions = aws.client("lambda")
    functions.update_function_url_config(FunctionName=f"{NAME}-wake", AuthType="NONE")
    functions.create_function(
        FunctionName=f"{NAME}-miner",
        Runtime="python3.13",
        Role=role,
        Handler="x.y",
        Code={"ZipFile": b"PK\x05\x06" + 18 * b"\0"},
    )
    s3 = aws.client("s3")
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    aws.client("logs").delete_retention_policy(logGroupName=f"/ecs/{NAME}")
    aws.client("ecs").update_service(cluster=f"{NAME}-cluster", service=f"{NAME}-bridge", enableExecuteCommand=True)
    age_secret(130)
    aws.calls.clear()


def age_secret(days: float) -> None:
    """Make the secret's versions so old, in the emulator of this process."""
    made = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).timestamp()
    for version in secret_of(NAME).versions.values():
        version["createdate"] = made
