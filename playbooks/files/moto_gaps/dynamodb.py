# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of DynamoDB. Local only."""

from __future__ import annotations

import uuid
from typing import Any


def patch() -> None:
    """All of them."""
    patch_dynamodb_table_id()


def patch_dynamodb_table_id() -> None:
    """AWS describes a table with its TableId, which community.aws.dynamodb_table reads."""
    from moto.dynamodb.models.table import Table

    describe = Table.describe

    def described(self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
        table = describe(self, base_key)
        table[base_key]["TableId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, self.table_arn))
        return table

    Table.describe = described
