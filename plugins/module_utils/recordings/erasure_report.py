# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report of an erasure on disk."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..errors import InvalidInput
from . import erasure


class ReportFile:
    """The report of one session's erasure on disk, as JSON and as text."""

    def __init__(self, directory: str, bucket: str, session: str) -> None:
        self.json = Path(directory) / bucket / f"{quote(session, safe='')}.json"
        self.text = self.json.with_suffix(".txt")

    def read(self) -> dict[str, Any] | None:
        """The report that an earlier run left, or None."""
        try:
            report: dict[str, Any] = json.loads(self.json.read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise InvalidInput(f"report_dir: {self.json} cannot be read ({error}); move it away") from error
        return report

    def write(self, report: dict[str, Any]) -> None:
        """Write both files, each as a whole or not at all."""
        try:
            for directory in (self.json.parent.parent, self.json.parent):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._replace(self.json, json.dumps(report, indent=2) + "\n")
            self._replace(self.text, erasure.text(report))
        except OSError as error:
            raise InvalidInput(f"report_dir: the report cannot be written ({error}); give another directory") from error

    def existing(self) -> list[str]:
        """The files that are there."""
        return [str(path) for path in (self.json, self.text) if path.exists()]

    def _replace(self, path: Path, text: str) -> None:
        # Made for the owner only.
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".report-")
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
