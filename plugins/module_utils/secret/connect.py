# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The calls of a rotation, for modules."""

from __future__ import annotations

from typing import Any

from .. import names
from .._aws import runner
from .calls import Aws


def connect(module: Any) -> Aws:
    """The calls for the platform of the module's option ``name``, and the secret of ``secret`` if that is given."""
    name = module.params["name"]
    services = ("secretsmanager", "ecs", "logs")
    return Aws(
        module.params["secret"] or names.secret(name),
        names.cluster(name),
        names.services(name),
        names.log_group(name),
        name,
        autoscaling=runner.client(module, "application-autoscaling"),
        **{service: runner.client(module, service) for service in services},
    )
