# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""docs/policies against what the playbooks and the functions were seen to ask for: nothing missing, nothing unused."""

from __future__ import annotations

import json
import re

import pytest
from botocore import xform_name
from cfnlint import api
from proofs.policies import runtime, scenarios
from support import evidence, iam
from support.server import ROOT, load_script

policies = load_script(ROOT / "tools" / "policies.py")
SCENARIOS = evidence.load()
UNRECORDED = sorted({scenario.name for scenario in scenarios.SCENARIOS} - set(SCENARIOS))
ASKED = evidence.by_audience(SCENARIOS)
AREAS = policies.catalogue()
PEOPLE = {file.stem: json.loads(file.read_text()) for file in sorted((policies.FOLDER / "people").glob("*.json"))}
ROLES = policies.roles()
DOCUMENTS = {**PEOPLE, **ROLES}
# What one platform's people can do to another one's, since AWS confines these actions by nothing that tells them apart.
SHARED = {
    "FollowNamespace",
    "KeepEntrancePolicies",
    "KeepScaling",
    "KeepStorageInterfaces",
    "LaunchNewInstances",
    "LetServicesWork",
    "LockDefaultGroup",
    "MakeEntrancePolicies",
    "MakeZone",
    "NameNamespace",
    "NameNewInstances",
    "RemoveZone",
    "SeeContainers",
    "Unsubscribe",
}


def statements_of(audience):
    """All statements of an audience: of people in several policies, of a role in one."""
    return [
        statement
        for name, document in DOCUMENTS.items()
        if name == audience or (name in PEOPLE and name.partition("-")[0] == audience)
        for statement in document["Statement"]
    ]


def test_everything_is_current():
    documents = policies.people(ASKED, AREAS)
    assert documents == PEOPLE, "run: python tools/policies.py"
    readme = (policies.FOLDER / "README.md").read_text()
    assert policies.placed(readme, policies.tables()) == readme, "run: python tools/policies.py"


def test_every_playbook_is_recorded():
    # These ask AWS for nothing.
    others = {"awx", "local_aws", "maintenance_timers", "policies", "runbooks/plan_capacity"}
    found = {str(path) for folder in (".", "runbooks") for path in (ROOT / "playbooks" / folder).glob("*.yml")}
    wanted = {path for path in found if path not in {str(ROOT / "playbooks" / f"{name}.yml") for name in others}}
    recorded = {str(ROOT / playbook) for item in SCENARIOS.values() for playbook in item.playbooks}
    assert wanted == recorded


def test_what_is_recorded_is_still_run():
    assert SCENARIOS.keys() <= {scenario.name for scenario in scenarios.SCENARIOS}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_is_missing(scenario):
    recorded = SCENARIOS[scenario]
    statements = statements_of(recorded.audience)
    missing = {str(question) for question in recorded.asked if not iam.allows(statements, question)}
    assert not missing, f"docs/policies/deployer.yml, or the role's own policy, does not allow: {missing}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_is_unused(name):
    audience = name if name in ROLES else name.partition("-")[0]
    unused = set()
    for statement in DOCUMENTS[name]["Statement"]:
        used = [question for question in ASKED.get(audience, ()) if iam.statement_allows(statement, question)]
        unused |= {
            f"{statement['Sid']}: {action}"
            for action in iam.listed(statement["Action"])
            if action not in {question.action for question in used}
        }
        unused |= {
            f"{statement['Sid']}: {resource}"
            for resource in iam.listed(statement["Resource"])
            if not any(iam.matches(resource, question.resource) for question in used)
        }
    assert not unused, f"nobody was seen to ask for {unused}"


@pytest.mark.skipif(bool(UNRECORDED), reason=f"not recorded yet: {UNRECORDED}; run make proof-policies ARGS=--write")
def test_the_source_has_no_statement_that_nobody_needs():
    every = frozenset().union(*ASKED.values())
    unused = {
        f"{statement['Sid']}: {action}"
        for statements in AREAS.values()
        for statement in statements
        for action in iam.listed(statement["Action"])
        if not any(question.action == action and iam.statement_allows(statement, question) for question in every)
    }
    assert not unused, f"docs/policies/deployer.yml: nobody was seen to ask for {unused}"


@pytest.mark.parametrize("other", ["jitsi-video", "jitsi-video-platform-staging"])
def test_another_platforms_people_may_change_nothing_here(other):
    names = {**policies.EXAMPLE, "name": other, "domain": "other.example.com", "bucket": f"{other}-recordings"}
    theirs = [
        statement
        for statements in policies.catalogue(names).values()
        for statement in statements
        if statement["Sid"] not in SHARED
    ]
    touched = {
        str(question)
        for audience in policies.PEOPLE
        for question in ASKED.get(audience, ())
        if not re.match(r"\w[\w-]*:(Describe|Get|List|Simulate|View)", question.action) and iam.allows(theirs, question)
    }
    assert not touched


def test_what_is_shared_is_among_the_reasons():
    every = {statement["Sid"]: statement for statements in AREAS.values() for statement in statements}
    assert all(every[sid].get("reason") or sid == "LetServicesWork" for sid in SHARED)


@pytest.mark.parametrize("name", PEOPLE)
def test_no_wildcard_of_people_without_a_reason(name):
    reasons = {item["Sid"]: item.get("reason") for statements in AREAS.values() for item in statements}
    without = [
        item["Sid"] for item in PEOPLE[name]["Statement"] if policies.wildcards(item) and not reasons[item["Sid"]]
    ]
    assert not without


@pytest.mark.parametrize("name", ROLES)
def test_no_wildcard_of_a_role_without_a_reason(name):
    reasons = policies.role_reasons()
    without = {item["Sid"] for item in ROLES[name]["Statement"] if policies.wildcards(item)} - set(reasons)
    assert not without, f"say in docs/policies/roles.yml why: {without}"


def test_no_reason_without_a_wildcard():
    every = {item["Sid"] for document in ROLES.values() for item in document["Statement"] if policies.wildcards(item)}
    assert set(policies.role_reasons()) <= every
    idle = {
        item["Sid"]
        for statements in AREAS.values()
        for item in statements
        if item.get("reason") and not policies.wildcards(item)
    }
    assert not idle


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_resource_of_everything_only_where_an_action_knows_none(name):
    for statement in DOCUMENTS[name]["Statement"]:
        if "*" in iam.listed(statement["Resource"]):
            knowing = [action for action in iam.listed(statement["Action"]) if iam.resource_types(action)]
            # Its only resource type is a container instance, which Fargate has not.
            assert set(knowing) <= {"ecs:ListTasks"}, statement["Sid"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_resources_and_conditions_fit_the_actions(name):
    wrong = set()
    for statement in DOCUMENTS[name]["Statement"]:
        for action in iam.listed(statement["Action"]):
            arns = iam.resource_arns(action)
            for resource in iam.listed(statement["Resource"]):
                fits = resource == "*" or any(iam.could_be(resource, arn) for arn in arns.values())
                shared = len(iam.listed(statement["Action"])) > 1 and len(iam.listed(statement["Resource"])) > 1
                if not fits and not shared:
                    wrong.add(f"{statement['Sid']}: {action} on {resource}")
            for block in statement.get("Condition", {}).values():
                wrong |= {f"{statement['Sid']}: {action} with {key}" for key in block if not iam.knows_key(action, key)}
    assert not wrong


@pytest.mark.parametrize("name", PEOPLE)
def test_a_policy_fits_into_a_managed_one(name):
    assert policies.size(PEOPLE[name]) <= policies.LIMIT


def test_a_role_takes_all_policies_of_an_audience():
    # The quota of managed policies of a role, which AWS raises to 20 on request.
    assert all(sum(name.startswith(f"{audience}-") for name in PEOPLE) <= 10 for audience in policies.PEOPLE)


@pytest.mark.parametrize("function", runtime.SELDOM)
def test_the_functions_make_the_calls_that_are_not_recorded(function):
    file = "secret/calls.py" if function == "rotation" else "lifecycle/functions/cloud.py"
    code = (ROOT / "plugins" / "module_utils" / file).read_text()
    calls = {call.partition(":")[2] for call, _parameters in runtime.SELDOM[function]}
    assert {call for call in calls if xform_name(call) not in code} == set()


@pytest.mark.parametrize("audience", runtime.SELDOM_OF_PEOPLE)
def test_the_modules_make_the_calls_of_people_that_are_not_recorded(audience):
    code = "".join(file.read_text() for file in (ROOT / "plugins" / "module_utils").rglob("*.py"))
    # S3 tells the locks in the answer to HeadObject. The direction of a rule is a part of the operation's name.
    others = {"GetObjectLegalHold", "GetObjectRetention", "UpdateSecurityGroupRuleDescriptionsEgress"}
    calls = {call.partition(":")[2] for call, _parameters in runtime.SELDOM_OF_PEOPLE[audience]} - others
    assert {call for call in calls if xform_name(call) not in code} == set()


def test_the_containers_make_the_calls_that_are_not_recorded():
    files = ROOT / "roles" / "ecs_service" / "files"
    asked = {call.partition(":")[2] for call, _parameters in runtime.DRAIN}
    assert asked == set(re.findall(r"\becs ([A-Z]\w+)", (files / "protect.sh").read_text()))
    assert "/task-protection/v1/state" in (files / "protect.sh").read_text()


def test_cfn_lint_finds_nothing():
    resources = {
        re.sub(r"\W", "", name.title()): {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
        for name, document in DOCUMENTS.items()
    }
    template = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
    found = [match for match in api.lint_all(template) if not match.rule.id.startswith("I")]
    assert not [str(match) for match in found]
