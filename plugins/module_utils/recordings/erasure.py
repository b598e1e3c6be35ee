# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The erasure of one meeting's recordings: what stands in its way, and the report that proves it.

An item is a thing to delete: ``{"kind": "version" | "delete_marker" | "upload", "key", "id", "bytes", "modified"}``,
where ``id`` is the version id or the upload id. The report is written before the first deletion and again after the
last, so that a run which died is finished and told by the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..times.moments import iso

Item = dict[str, Any]
Report = dict[str, Any]

KINDS = {"version": "version", "delete_marker": "delete marker", "upload": "incomplete upload"}
EARLIER = "erased by an earlier run, which died before it could write this down"


def items(versions: Iterable[Mapping[str, Any]], uploads: Iterable[Mapping[str, Any]]) -> list[Item]:
    """What there is to delete, from ListObjectVersions (delete markers have no ``Size``) and ListMultipartUploads."""
    listed = [
        {
            "kind": "version" if "Size" in version else "delete_marker",
            "key": version["Key"],
            "id": version["VersionId"],
            "bytes": version.get("Size", 0),
            "modified": iso(version["LastModified"]),
        }
        for version in versions
    ]
    under_way = [
        {
            "kind": "upload",
            "key": upload["Key"],
            "id": upload["UploadId"],
            "bytes": 0,
            "modified": iso(upload["Initiated"]),
        }
        for upload in uploads
    ]
    return listed + under_way


def state(found: Sequence[Item]) -> dict[str, Any]:
    """What there is to delete, as fields of a change."""
    fields: dict[str, Any] = {f"{kind}s": [] for kind in KINDS}
    for item in found:
        fields[f"{item['kind']}s"].append(f"{item['key']} ({item['id']})")
    return {**fields, "bytes": sum(item["bytes"] for item in found)}


def sums(found: Sequence[Item]) -> dict[str, int]:
    """How much there is to delete, as fields of a change."""
    kinds = {f"{kind}s": sum(item["kind"] == kind for item in found) for kind in KINDS}
    return {**kinds, "bytes": sum(item["bytes"] for item in found)}


def unprotected(found: Sequence[Item], protected: Iterable[Item]) -> list[Item]:
    """What of it can be deleted: delete markers of protected versions stay, else these would be current again."""
    versions = list(protected)
    keys = {item["key"] for item in versions}
    return [
        item for item in found if item not in versions and not (item["kind"] == "delete_marker" and item["key"] in keys)
    ]


def protection(lock: Mapping[str, Any], bypass: bool, now: dt.datetime) -> str:
    """Say what keeps a version from being deleted; empty if nothing does.

    ``lock`` is ``{"legal_hold": bool, "mode": "" | "GOVERNANCE" | "COMPLIANCE", "until": datetime | None}``.
    """
    if lock["legal_hold"]:
        return "a legal hold"
    if lock["mode"] and lock["until"] is not None and lock["until"] > now:
        if lock["mode"] == "COMPLIANCE":
            return f"a retention in compliance mode until {iso(lock['until'])}, which nobody can lift"
        if not bypass:
            return f"a retention in governance mode until {iso(lock['until'])}"
    return ""


def refusal(protected: Sequence[tuple[Item, str]], session: str) -> str:
    """The message that lists what is protected, and what can be done about it."""
    shown = [f"{item['key']} ({item['id']}) by {why}" for item, why in protected[:5]]
    more = f" and {len(protected) - 5} more" if len(protected) > 5 else ""
    fixes = []
    if any("legal hold" in why for _item, why in protected):
        fixes.append("release the hold (state released) if whoever asked for it agrees")
    if any("governance" in why for _item, why in protected):
        fixes.append("ask for it with bypass_governance, which needs s3:BypassGovernanceRetention")
    if any("compliance" in why for _item, why in protected):
        fixes.append("wait until the retention ends")
    return (
        f"session {session}: nothing was erased, as S3 protects {'; '.join(shown)}{more}. "
        f"What can be done: {'; '.join(fixes)}."
    )


def started(
    earlier: Report | None, found: Sequence[Item], about: Mapping[str, Any], by: str, at: dt.datetime
) -> Report:
    """The report before the first deletion of this run.

    ``about`` has ``bucket``, ``session``, ``reason`` and ``bypass_governance``; ``earlier`` is the report that an
    earlier run left. What that one had planned and what is not found any more, it erased.
    """
    run = {"by": by, "started": iso(at), "ended": None, "result": "started"}
    now = {_identity(item): {**item, "result": "planned", "at": None} for item in found}
    before = {_identity(item): item for item in (earlier or {}).get("objects", [])}
    for name, item in before.items():
        if name not in now:
            lost = item["result"] != "erased"
            now[name] = {**item, "result": "erased", "at": iso(at), "note": EARLIER} if lost else item
    merged = {name: now[name] for name in before} | now
    return {
        "report": "Erasure of the recordings of one meeting",
        **about,
        "result": "started",
        "runs": [*(earlier or {}).get("runs", []), run],
        "objects": list(merged.values()),
        "verification": None,
    }


def ended(report: Report, left: Sequence[Item], errors: Sequence[str], at: dt.datetime) -> Report:
    """The report after the last deletion, given what a new listing still finds and what S3 refused."""
    remaining = {_identity(item): item for item in left}
    listed = []
    for item in report["objects"]:
        if _identity(item) in remaining:
            listed.append({**item, "result": "remains"})
        else:
            listed.append({**item, "result": "erased", "at": item["at"] or iso(at)})
    known = {_identity(item) for item in report["objects"]}
    listed += [{**item, "result": "remains", "at": None} for name, item in remaining.items() if name not in known]
    result = "incomplete" if remaining else "erased"
    run = {**report["runs"][-1], "ended": iso(at), "result": result}
    return {
        **report,
        "result": result,
        "runs": [*report["runs"][:-1], run],
        "objects": listed,
        "verification": {
            "at": iso(at),
            "how": "listed all versions, delete markers and incomplete uploads of the session after the deletion",
            "remaining": len(remaining),
            "errors": list(errors),
        },
    }


def counts(report: Report, result: str) -> dict[str, int]:
    """Count the items of a report with a result, by kind."""
    return {
        kind: sum(item["kind"] == kind and item["result"] == result for item in report["objects"]) for kind in KINDS
    }


def text(report: Report) -> str:
    """The report for a person to read, sign and file."""
    erased, verification = counts(report, "erased"), report["verification"]
    size = sum(item["bytes"] for item in report["objects"] if item["result"] == "erased")
    lines = [
        report["report"],
        "",
        f"Meeting's session:  {report['session']}",
        f"Bucket:             {report['bucket']}",
        f"Reason:             {report['reason'] or 'none given'}",
        f"Governance bypass:  {'yes' if report['bypass_governance'] else 'no'}",
        f"Result:             {report['result'].upper()}",
        f"Erased:             {amounts(erased)}, {size} bytes",
    ]
    if verification:
        lines.append(
            f"Verified:           {verification['at']}: {verification['remaining']} left; {verification['how']}"
        )
        lines += [f"Refused by S3:      {error}" for error in verification["errors"]]
    lines += ["", "Runs"]
    lines += [
        f"  {run['started']} to {run['ended'] or 'unknown'}: {run['result']}, by {run['by']}" for run in report["runs"]
    ]
    lines += ["", "Objects"]
    for item in report["objects"]:
        lines.append(f"  {item['result']} {item['at'] or ''}: {KINDS[item['kind']]} of {item['key']}")
        lines.append(f"    id {item['id']}, {item['bytes']} bytes, from {item['modified']}")
        if "note" in item:
            lines.append(f"    {item['note']}")
    return "\n".join(lines) + "\n"


def amounts(count: Mapping[str, int]) -> str:
    """Put counts into words: ``2 versions, 1 delete marker``."""
    words = [f"{number} {KINDS[kind]}{'' if number == 1 else 's'}" for kind, number in count.items() if number]
    return ", ".join(words) or "nothing"


def _identity(item: Mapping[str, Any]) -> tuple[str, str, str]:
    return item["kind"], item["key"], item["id"]
