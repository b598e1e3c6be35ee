# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the variables of a role come to, without running it, and what is wrong with documents that are made of them."""

from __future__ import annotations

import json
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.meetops.jitsi.plugins.filter import names, task_prices

from .server import ROOT


def role_variable(role: str, name: str, **inputs: Any) -> Any:
    """Render a variable of a role from the facts' defaults, its own, its vars and these inputs."""
    loader = DataLoader()
    directory = ROOT / "roles" / role
    variables: dict[str, Any] = {}
    facts = ROOT / "roles" / "jitsi" / "defaults" / "main.yml"
    for path in [facts, directory / "defaults" / "main.yml", *sorted(directory.glob("vars/**/*.yml"))]:
        variables |= loader.load_from_file(str(path), unsafe=False, trusted_as_template=True) or {}
    templar = Templar(loader, variables=variables | inputs)
    # Without a run of Ansible no collection's filters are found by their names.
    for plugin in (names, task_prices):
        found = plugin.FilterModule().filters()
        templar.environment.filters.update(
            {f"meetops.jitsi.{filter_name}": found[filter_name] for filter_name in found}
        )
    return templar.template(variables[name])


def findings(document: dict[str, Any]) -> list[str]:
    """What cfn-lint says of a template: errors and warnings; hints are about parameters that we do not use."""
    # Not above: it takes long to load, and most need it not.
    from cfnlint import api

    return [
        f"{match.rule.id} {'/'.join(map(str, match.path))}: {match.message}"
        for match in api.lint(json.dumps(document), regions=["us-east-1"])
        if not match.rule.id.startswith("I")
    ]
