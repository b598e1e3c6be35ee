# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who is calling."""

from __future__ import annotations

from typing import Any


def caller_arn(client: Any) -> str:
    """ARN of the caller, which names the partition and the account. Needs no permission."""
    return str(client.get_caller_identity()["Arn"])


def account_id(sts: Any) -> str:
    """GetCallerIdentity: the account of the credentials."""
    return str(sts.get_caller_identity()["Account"])
