# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A network namespace of its own for a module of Python, so that it may have the very ports and addresses of a task."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the module as a program in a namespace that has nothing but a loopback interface, which is down."""
    return subprocess.run(
        ["unshare", "--map-root-user", "--net", sys.executable, "-m", module, *arguments],
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def begin(*addresses: str) -> None:
    """Within: bring loopback up, and give it these addresses too, each with its prefix length."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in addresses:
        subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)
