# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""meta/runtime.yml: what names of modules Ansible knows."""

from __future__ import annotations

import yaml
from support.server import ROOT

RUNTIME = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
MODULES = {path.stem: path.read_text("utf-8") for path in (ROOT / "plugins/modules").glob("*.py")}


def test_a_former_name_leads_to_a_module_and_says_until_when() -> None:
    routes = RUNTIME["plugin_routing"]["modules"]
    assert {name: route["redirect"] for name, route in routes.items()} == {
        "life_cycle": "meetops.jitsi.lifecycle",
        "life_cycle_info": "meetops.jitsi.lifecycle_info",
    }
    for name, route in routes.items():
        new = route["redirect"].removeprefix("meetops.jitsi.")
        assert name not in MODULES and new in MODULES
        assert route["redirect"] in route["deprecation"]["warning_text"]
        assert route["deprecation"]["removal_version"] == "1.0.0"


def test_modules_that_call_aws_get_region_and_endpoint_from_their_group() -> None:
    group = [name for name in RUNTIME["action_groups"]["aws"] if isinstance(name, str)]
    assert sorted(group) == sorted(name for name, text in MODULES.items() if "  - amazon.aws.region.modules\n" in text)
