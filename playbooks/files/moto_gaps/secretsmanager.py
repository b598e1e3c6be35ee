# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of Secrets Manager. Local only."""

from __future__ import annotations

from typing import Any


def patch() -> None:
    """All of them."""
    patch_secretsmanager_update_secret()


def patch_secretsmanager_update_secret() -> None:
    """AWS sets an empty description when UpdateSecret sends one; moto keeps the old one."""
    from moto.secretsmanager.models import SecretsManagerBackend

    update_secret = SecretsManagerBackend.update_secret

    def update(self: Any, secret_id: str, *args: Any, description: str | None = None, **kwargs: Any) -> str:
        answer = update_secret(self, secret_id, *args, description=description, **kwargs)
        if description == "":
            self.secrets[secret_id].description = ""
        return answer

    SecretsManagerBackend.update_secret = update
