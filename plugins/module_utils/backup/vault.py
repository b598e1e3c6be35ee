# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Encrypts with ansible-vault itself, over pipes: no plain text is ever in a file, in an argument or in an error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ..errors import InvalidInput

# A label of our own, so that no setting of Ansible can choose another password.
LABEL = "backup"


def check(option: str, password_file: str) -> None:
    """Refuse a password file that is not there or is empty."""
    try:
        content = Path(password_file).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{option} {password_file}: cannot be read ({error.strerror}); name your file") from None
    if not content.strip():
        raise InvalidInput(f"{option} {password_file}: is empty; write a long password into it")


def encrypt(module: Any, password_file: str, text: str) -> str:
    """The text as a file that ``ansible-vault view`` opens."""
    return _run(module, password_file, text, "encrypt", ["--encrypt-vault-id", LABEL])


def decrypt(module: Any, password_file: str, text: str) -> str:
    """The plain text. Raises InvalidInput when the password is another one."""
    return _run(module, password_file, text, "decrypt", [])


def _run(module: Any, password_file: str, text: str, verb: str, more: list[str]) -> str:
    command = [sys.executable, "-m", "ansible", "vault", verb, "--vault-id", f"{LABEL}@{password_file}", *more]
    status, out, error = module.run_command([*command, "--output", "-"], data=text, binary_data=True)
    if status:
        reason = next((line for line in error.splitlines() if line.strip()), f"exit status {status}")
        raise InvalidInput(
            f"vault_password_file {password_file}: ansible-vault could not {verb} the secret ({reason}); correct that"
        )
    return str(out)
