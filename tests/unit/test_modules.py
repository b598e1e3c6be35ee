# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What holds for every module."""

from __future__ import annotations

from support import bad_input
from support.server import ROOT

MODULES = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}


def test_every_module_has_wrong_options() -> None:
    # These have tables of their own: tests/unit/variables/test_options.py, tests/integration/modules/test_awx.py.
    others = {"awx", "check_variables"}
    assert MODULES - others == {module for module, _wrong, _named in bad_input.WRONG} == bad_input.RIGHT.keys()
