# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads recordings, what became of their uploads, and links to them, from S3, CloudWatch and the logs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ansible.module_utils.common.warnings import warn

from .. import names
from .._aws import cloudwatch, logs, s3_objects
from .._aws.runner import client
from ..errors import InvalidInput
from ..times import moments
from . import bucket, sessions, uploads

# What can be asked for: of recordings, and of the platform's metrics and logs.
OF_RECORDINGS = {"recordings", "metadata", "versions", "locks", "links"}
OF_PLATFORM = {"rate", "failed", "waiting"}
DEFAULT_DAYS = 30
NO_LOCK: dict[str, Any] = {"legal_hold": False, "mode": "", "until": None}


class Reader:
    """Reads the parts that are asked for."""

    def __init__(self, module: Any) -> None:
        self.module, params = module, module.params
        self.bucket, self.name = params["bucket"], params["name"]
        self.include = set(params["include"])
        self.zone = moments.timezone(params["timezone"])
        self.now = dt.datetime.now(dt.UTC)
        self.since = self.moment("since")
        self.until = self.moment("until")
        self.expiry = sessions.link_seconds("link_expiry", params["link_expiry"])

    def check(self) -> None:
        """Refuse input that asks for nothing that could be."""
        params = self.module.params
        if self.since and self.since >= (self.until or self.now):
            raise InvalidInput(f"since {params['since']}: is not before until; give an earlier time")
        if params["limit"] < 0:
            raise InvalidInput(f"limit {params['limit']}: is below zero; give 0 for all")
        if params["session"]:
            sessions.check_session(params["session"])
        if OF_PLATFORM & self.include and not self.name:
            raise InvalidInput("name: is missing; metrics and logs are found by the name of the platform")

    @property
    def s3(self) -> Any:
        """The client of S3. Version 4 is what objects encrypted with KMS need."""
        return client(self.module, "s3", signature_version="s3v4")

    def moment(self, option: str) -> dt.datetime | None:
        """The time that an option names, or None."""
        text = self.module.params[option]
        return moments.moment(option, text, self.now, self.zone) if text else None

    def listing(self) -> list[dict[str, Any]]:
        """Objects, or all versions where they are asked for."""
        session = self.module.params["session"]
        prefix = sessions.prefix(session) if session else bucket.RECORDINGS + self.module.params["prefix"]
        read = s3_objects.versions if {"versions", "locks"} & self.include else s3_objects.objects
        return read(self.s3, self.bucket, prefix)

    def recordings(self) -> list[dict[str, Any]]:
        """The recordings that are asked for, with what is asked for of each."""
        found = sessions.recordings(self.listing(), self.zone)
        if "metadata" in self.include:
            # Before the selection: the room may be known from there only.
            wanted = sessions.select(found, "", self.since, self.until, 0)
            for recording in wanted:
                self.add_metadata(recording)
        params = self.module.params
        found = sessions.select(found, params["room"], self.since, self.until, params["limit"])
        if "locks" in self.include:
            self.add_locks(found)
        return found

    def add_metadata(self, recording: dict[str, Any]) -> None:
        """Read a recording's metadata, if it has any."""
        room, recording["participants"] = "", None
        if any(file["file"] == sessions.METADATA for file in recording["files"]):
            key = sessions.prefix(recording["session"]) + sessions.METADATA
            room, recording["participants"] = sessions.meeting(s3_objects.read(self.s3, self.bucket, key))
        recording["room"] = recording["room"] or room

    def add_locks(self, found: list[dict[str, Any]]) -> None:
        """Read the lock of each version."""
        locked = s3_objects.has_lock(self.s3, self.bucket)
        for recording in found:
            for version in recording["versions"]:
                lock = NO_LOCK
                if locked and not version["delete_marker"]:
                    key = sessions.prefix(recording["session"]) + version["file"]
                    lock = s3_objects.lock(self.s3, self.bucket, key, version["version_id"])
                version["legal_hold"], version["retention"] = lock["legal_hold"], lock["mode"]
                version["retain_until"] = moments.iso(lock["until"]) if lock["until"] else None

    def links(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A link to each media file."""
        expires = moments.iso(self.now + dt.timedelta(seconds=self.expiry))
        made = []
        for recording in found:
            for file in recording["files"]:
                if sessions.is_media(file["file"]):
                    key, cold = sessions.prefix(recording["session"]) + file["file"], sessions.COLD_CLASSES
                    url = "" if file["storage_class"] in cold else self.link(key, file["file"])
                    made.append({"session": recording["session"], "file": file["file"], "url": url, "expires": expires})
        if any("X-Amz-Security-Token=" in link["url"] for link in made):
            warn("These credentials are temporary, so that the links end with them, perhaps before link_expiry.")
        return made

    def link(self, key: str, file: str) -> str:
        """Sign one link."""
        return s3_objects.link(self.s3, self.bucket, key, file, self.expiry)

    def period(self) -> tuple[dt.datetime, dt.datetime]:
        """The time in which uploads are looked at."""
        until = min(self.until or self.now, self.now)
        return self.since or until - dt.timedelta(days=DEFAULT_DAYS), until

    def points(self, metric: str, since: dt.datetime, until: dt.datetime, period: int) -> list[dict[str, Any]]:
        """Sum and count of a metric of this platform."""
        watch, dimensions = client(self.module, "cloudwatch"), {"Platform": self.name}
        namespace = self.module.params["metric_namespace"]
        return cloudwatch.statistics(watch, namespace, metric, dimensions, since, until, period, ["Sum", "SampleCount"])

    def rate(self) -> dict[str, Any]:
        """How many uploads succeeded."""
        since, until = self.period()
        since, period = uploads.rate_period(since, until)
        return uploads.rate(self.points("UploadResult", since, until, period), since, until)

    def waiting(self) -> dict[str, Any]:
        """How many recordings wait."""
        points = self.points("RecordingsWaiting", self.now - dt.timedelta(hours=23), self.now, 60)
        return uploads.waiting(points, self.now)

    def failed(self) -> list[dict[str, Any]]:
        """Which uploads failed. Up to now, as one may have succeeded since."""
        since, until = self.period()
        group = self.module.params["log_group"] or names.log_group(self.name)
        pattern = uploads.upload_pattern(self.name)
        events = logs.filter_log_events(client(self.module, "logs"), group, pattern, since, self.now)
        return uploads.failures(events, until)
