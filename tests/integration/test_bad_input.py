# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wrong options of modules: one short error that names what is wrong, and not one call to AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import bad_input
from support.server import AwsServer

RunModule = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    "case", bad_input.WRONG, ids=[f"{module}-{index}" for index, (module, _wrong, _named) in enumerate(bad_input.WRONG)]
)
def test_one_error_before_any_call(case: tuple[str, dict[str, Any], str], aws_server: AwsServer, run_module: RunModule):
    module, wrong, named = case
    aws_server.calls.clear()
    result = run_module(module, **{**bad_input.RIGHT[module], **wrong})
    assert result.get("failed"), "it was accepted"
    assert aws_server.calls == []
    assert named in result["msg"]
    assert len(result["msg"]) <= 1000
    assert all(line.isprintable() for line in result["msg"].splitlines())
    assert "exception" not in result


def test_the_figure(capsys: pytest.CaptureFixture[str]) -> None:
    modules = {module for module, _wrong, _named in bad_input.WRONG}
    with capsys.disabled():
        print(f"\nbad input: {len(bad_input.WRONG)} wrong values of {len(modules)} modules, each one error, no call")
    assert len(bad_input.WRONG) >= 130
