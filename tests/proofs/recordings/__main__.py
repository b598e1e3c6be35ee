# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The whole proof of the upload script. Run it with `make proof-recordings`; --help says what can be chosen."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]
# Nothing that this user has set for AWS or proxies may reach the script.
for name in [name for name in os.environ if name.upper().startswith(("AWS_", "MOTO_", "RCLONE_", "HTTP", "NO_PROXY"))]:
    del os.environ[name]

from proofs.recordings import mix  # noqa: E402
from support.server import AwsServer  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=1000, help="recordings through random faults and deaths")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=4, help="recorders at the same time")
    options = parser.parse_args()
    # The emulator is loud about parts of uploads that were given up.
    logging.disable()
    aws = AwsServer()
    total = mix.Figures()

    def part(title: str, run: Callable[[Path], mix.Figures]) -> None:
        nonlocal total
        aws.reset()
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="recordings-") as folder:
            figures = run(Path(folder))
        total += figures
        print(f"{title}, {time.monotonic() - started:.0f} s\n  {figures.line()}", flush=True)

    part("Every fault at every request", lambda folder: mix.run_faults(aws, folder, options.workers))
    part("The same with files in parts", lambda folder: mix.run_faults(aws, folder, options.workers, large=True))
    part("Death at every command", lambda folder: mix.run_steps(aws, folder, options.workers))
    part(
        f"Random faults and deaths, seed {options.seed}",
        lambda folder: mix.run_mix(aws, folder, options.recordings, options.seed, options.workers),
    )
    print(total.line())
    return 0 if total.good else 1


if __name__ == "__main__":
    sys.exit(main())
