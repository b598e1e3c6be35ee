# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recordings and how their uploads went, told to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .erasure import amounts, counts

# What the operator wants of uploads.
WANTED_PERCENT = 95


def lines(found: Mapping[str, Any]) -> list[str]:
    """Tell what is in the result of recordings_info, or in that of recording with state erased."""
    parts: dict[str, Callable[[Any], list[str]]] = {
        "recordings": _recordings,
        "rate": _rate,
        "failed_uploads": _failed,
        "waiting": _waiting,
        "links": _links,
        "report": _report,
    }
    return [line for part, tell in parts.items() if part in found for line in tell(found[part])]


def size(number: float) -> str:
    """Write a number of bytes: ``1.4 GiB``."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"


def _recordings(found: Sequence[Mapping[str, Any]]) -> list[str]:
    title = f"{len(found)} recording{'' if len(found) == 1 else 's'}, {size(sum(item['bytes'] for item in found))}"
    told = [title]
    for item in found:
        people = item.get("participants")
        extra = [
            f"{people} participants" if people is not None else "",
            "deleted" if item.get("deleted") else "",
            f"{item['old_versions']} older versions" if item.get("old_versions") else "",
            *_locks(item.get("versions", [])),
        ]
        told.append(
            f"  {item['start']}  {size(item['bytes']):>10}  {item['storage_class'] or '-':<12}  {item['session']}"
            f"  {item['room']}{''.join(f', {text}' for text in extra if text)}"
        )
        if item.get("old_versions") or item.get("delete_markers"):
            told += [_version(version) for version in item["versions"]]
    return told


def _version(version: Mapping[str, Any]) -> str:
    what = "delete marker" if version["delete_marker"] else size(version["bytes"])
    latest = ", current" if version["latest"] else ""
    return f"    {version['at']}  {what:>13}  {version['version_id']}  {version['file']}{latest}"


def _locks(versions: Sequence[Mapping[str, Any]]) -> list[str]:
    held = any(version.get("legal_hold") for version in versions)
    until = max((version["retain_until"] for version in versions if version.get("retain_until")), default="")
    return (["legal hold"] if held else []) + ([f"locked until {until}"] if until else [])


def _rate(rate: Mapping[str, Any]) -> list[str]:
    period = f"from {rate['since']} to {rate['until']}"
    if rate["success_percent"] is None:
        return [f"No upload {period}"]
    verdict = "" if rate["success_percent"] >= WANTED_PERCENT else f", which is less than {WANTED_PERCENT} %"
    return [f"{rate['success_percent']} % of {rate['uploads']} uploads succeeded{verdict}, {period}"]


def _failed(failed: Sequence[Mapping[str, Any]]) -> list[str]:
    if not failed:
        return ["No upload failed"]
    lost = sum(not item["uploaded"] for item in failed)
    told = [f"{len(failed)} uploads failed, of which {len(failed) - lost} succeeded later and {lost} did not"]
    for item in failed:
        now = "uploaded since" if item["uploaded"] else "NOT UPLOADED"
        why = f": {item['reason']}" if item["reason"] else ""
        told.append(f"  {item['at']}  {size(item['bytes']):>10}  {now:<14}  {item['file']}{why}")
    return told


def _waiting(waiting: Mapping[str, Any]) -> list[str]:
    if waiting["recordings"] is None:
        return ["No recorder has reported in the last day, as when the platform is asleep (never while one waits)"]
    reported = f"{waiting['recorders']} recorder{'' if waiting['recorders'] == 1 else 's'} reported"
    return [
        f"{waiting['recordings']} recordings are being made or wait for their upload "
        f"({reported} {waiting['minutes_ago']} minutes ago)"
    ]


def _links(links: Sequence[Mapping[str, Any]]) -> list[str]:
    told = [f"{len(links)} links; whoever has one can load the recording until it expires"]
    for link in links:
        told += [f"  {link['session']}/{link['file']}, until {link['expires']}:"]
        told += [f"    {link['url'] or 'none: it must first be restored from its storage class'}"]
    return told


def _report(report: Mapping[str, Any]) -> list[str]:
    if not report:
        return ["Nothing to erase: the bucket has nothing of this session"]
    planned, erased = counts(dict(report), "planned"), counts(dict(report), "erased")
    if report["result"] == "started":
        told = [f"Would be erased of session {report['session']}: {amounts(planned)}"]
        listed = [item for item in report["objects"] if item["result"] == "planned"]
    else:
        told = [f"Session {report['session']} {report['result']}: {amounts(erased)}, {_left(report)}"]
        listed = report["objects"]
    return told + [f"  {item['kind'].replace('_', ' ')} {item['key']} ({item['id']})" for item in listed]


def _left(report: Mapping[str, Any]) -> str:
    return f"{report['verification']['remaining']} left at {report['verification']['at']}"
