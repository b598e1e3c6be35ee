# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of EFS. Local only."""

from __future__ import annotations

import json
from typing import Any


def patch() -> None:
    """All of them."""
    patch_efs_update()
    patch_efs_creation_retries()


def patch_efs_update() -> None:
    """AWS has UpdateFileSystem, which changes the throughput mode; moto has not."""
    from moto.efs.responses import EFSResponse

    def update_file_system(response: Any) -> Any:
        file_system = response.efs_backend.file_systems_by_id[response._get_param("FileSystemId")]
        file_system.throughput_mode = response._get_param("ThroughputMode") or file_system.throughput_mode
        return json.dumps(file_system.info_json()), {"status": 202, "Content-Type": "application/json"}

    EFSResponse.update_file_system = update_file_system


def patch_efs_creation_retries() -> None:
    """AWS refuses a second access point of the same ClientToken; moto makes it."""
    from moto.efs.exceptions import EFSError
    from moto.efs.models import EFSBackend

    class AccessPointAlreadyExists(EFSError):
        code = 409

    create = EFSBackend.create_access_point

    def create_access_point(backend: Any, client_token: str, *args: Any, **kwargs: Any) -> Any:
        if any(point.client_token == client_token for point in backend.access_points.values()):
            raise AccessPointAlreadyExists("AccessPointAlreadyExists", "The access point already exists.")
        return create(backend, client_token, *args, **kwargs)

    EFSBackend.create_access_point = create_access_point
