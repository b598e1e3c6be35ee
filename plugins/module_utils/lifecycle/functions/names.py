# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names of a platform's resources. The zip of the functions has module_utils/names.py itself in this place."""

from __future__ import annotations

from ...names import KINDS, METRIC_NAMESPACE, cluster, hosts, resource_ids, secret, services, table

__all__ = ["KINDS", "METRIC_NAMESPACE", "cluster", "hosts", "resource_ids", "secret", "services", "table"]
