# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The whole proof of the life cycle: `make proof-lifecycle`. The last line holds the figures."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from proofs.lifecycle.explore import total
from proofs.lifecycle.mutants import WRONG
from proofs.lifecycle.scenarios import LARGE, SMALL
from proofs.lifecycle.world import Violation


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run scenarios whose name holds this text")
    only = parser.parse_args().only
    begin = time.monotonic()
    every = []
    for scenario in [*SMALL, *LARGE]:
        if only not in scenario.name:
            continue
        start = time.monotonic()
        try:
            found = scenario.run()
        except Violation as violation:
            print(f"{scenario.name}: {violation}")
            return 1
        every.append(found)
        seconds = time.monotonic() - start
        print(f"{scenario.name}: {found.states} states, {found.steps} steps, {seconds:.0f} s", flush=True)
    caught = 0
    for wrong in WRONG if not only else ():
        if not wrong.caught():
            print(f"Not found: a life cycle that {wrong.name}")
            return 1
        caught += 1
        print(f"Found: a life cycle that {wrong.name}", flush=True)
    figures = total(every)
    print(
        f"lifecycle: scenarios={len(every)} unfinished={figures.cut} states={figures.states} "
        f"interleavings={figures.steps} calls cut=0 wakes lost=0 stuck=0 longest wake={figures.longest_wish} min "
        f"wrong ones found={caught}/{len(WRONG)} seconds={time.monotonic() - begin:.0f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
