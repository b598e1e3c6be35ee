# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWX is to have for a platform, from its jobs (playbooks/vars/awx.yml) and the maintenance calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .calendar import rule
from .survey import answers, survey

Job = Mapping[str, Any]
Definition = dict[str, Any]


def objects(
    jobs: list[Job], settings: Mapping[str, Any], calendar: Mapping[str, Job], tasks: list[Mapping[str, Any]]
) -> dict[str, list[Definition]]:
    """The definitions by kind, as the module ``awx`` takes them.

    ``settings``: name of the platform, what awx.yml was given, ``credentials`` by their rights, and ``state``.
    Jobs without a credential, or without a directory that they need, are not wanted; neither are their schedules.
    ``calendar`` has the job of each of ``tasks``, the maintenance calendar's, with answers.
    """
    name, image = settings["name"], settings["image"]
    made = {job["job"]: template(job, settings) for job in jobs if is_wanted(job, settings)}
    unwanted = [{"name": f"{name} {job['job']}", "state": "absent"} for job in jobs if job["job"] not in made]
    environments = [{"name": name, "image": image, "pull": "missing"}] if image else []
    found = {
        "execution_environments": [_with(each, credential=settings["image_credential"]) for each in environments],
        "projects": [
            _with(
                {
                    "name": name,
                    "scm_type": "git",
                    "scm_url": settings["project_url"],
                    "scm_branch": settings["project_branch"],
                    "scm_clean": True,
                    "scm_update_on_launch": True,
                },
                credential=settings["project_credential"],
            )
        ],
        "inventories": [{"name": name}],
        "inventory_sources": [
            _with(
                {
                    "name": name,
                    "inventory": name,
                    "source": "scm",
                    "source_project": name,
                    "source_path": settings["inventory"],
                    "overwrite": True,
                    "overwrite_vars": True,
                    "update_on_launch": True,
                },
                execution_environment=name if image else "",
            )
        ],
        "job_templates": [*made.values(), *unwanted],
        "schedules": [schedule(task, calendar[task["task"]], made, settings) for task in tasks],
    }
    if settings["state"] == "absent":
        found = {kind: [{**each, "state": "absent"} for each in definitions] for kind, definitions in found.items()}
    return found


def is_wanted(job: Job, settings: Mapping[str, Any]) -> bool:
    """Whether AWX can run a job: it has the rights, and a place for files that are the point of it."""
    return job["credential"] in settings["credentials"] and (not job.get("needs_files") or bool(settings["directory"]))


def template(job: Job, settings: Mapping[str, Any]) -> Definition:
    """The job template of a job."""
    name, directory, credentials = settings["name"], settings["directory"].rstrip("/"), settings["credentials"]
    kept = {option: f"{directory}/{path}" for option, path in job.get("keep", {}).items()} if directory else {}
    changes = job.get("changes", False)
    password = [credentials["password"]] if "password" in credentials and job.get("needs_files") else []
    return _with(
        {
            "name": f"{name} {job['job']}",
            "description": job["what"],
            "job_type": job.get("type", "run"),
            "project": name,
            "playbook": f"playbooks/{job['playbook']}.yml",
            "inventory": name,
            "credentials": [credentials[job["credential"]], *password],
            "extra_vars": {**kept, **job.get("set", {})},
            "timeout": job["minutes"] * 60,
            "diff_mode": changes or job.get("type") == "check",
            "ask_job_type_on_launch": changes,
            "ask_diff_mode_on_launch": changes,
            # Else whoever may launch a job could set any fact of the deployment.
            "ask_variables_on_launch": False,
            "allow_simultaneous": False,
            "survey_spec": survey(job["playbook"].rpartition("/")[2], job.get("ask", {})),
        },
        execution_environment=name if settings["image"] else "",
    )


def schedule(
    task: Mapping[str, Any], planned: Job, made: Mapping[str, Definition], settings: Mapping[str, Any]
) -> Definition:
    """The schedule of a task of the maintenance calendar."""
    identity = {
        "name": f"{settings['name']} {task['task']}",
        "unified_job_template": f"{settings['name']} {planned['job']}",
    }
    if not task["calendar"] or planned["job"] not in made:
        return {**identity, "state": "absent"}
    return {
        **identity,
        "description": task["what"],
        "rrule": rule(task["calendar"], settings["timezone"]),
        "extra_data": answers(made[planned["job"]]["survey_spec"], planned.get("answers", {})),
        "enabled": True,
    }


def _with(definition: Definition, **optional: str) -> Definition:
    """A definition with those of the optional fields that are not empty."""
    return {**definition, **{name: value for name, value in optional.items() if value}}
