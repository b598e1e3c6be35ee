# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, method-assign"
"""What moto 5.2 lacks of Route 53. Local only."""

from __future__ import annotations

from typing import Any


def patch() -> None:
    """AWS refuses a second zone of the same CallerReference; moto makes it."""
    from moto.route53.exceptions import Route53ClientError
    from moto.route53.models import Route53Backend

    create = Route53Backend.create_hosted_zone

    def create_hosted_zone(
        backend: Any, name: str, private_zone: bool, caller_reference: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        if caller_reference and any(zone.caller_reference == caller_reference for zone in backend.zones.values()):
            raise Route53ClientError("HostedZoneAlreadyExists", "The hosted zone already exists.")
        return create(backend, name, private_zone, caller_reference, *args, **kwargs)

    Route53Backend.create_hosted_zone = create_hosted_zone
