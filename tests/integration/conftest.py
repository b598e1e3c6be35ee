# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What many tests do: run a module with nothing of earlier calls, as it planned, or to be refused; play a role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from support import playbooks
from support.recordings import publish
from support.server import AwsServer

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run_well(aws_server: AwsServer, run_module: Run) -> Run:
    """Run a module that must not fail; ``aws.calls`` are its own."""

    def run(_name: str, /, **params: Any) -> dict[str, Any]:
        aws_server.calls.clear()
        result = run_module(_name, **params)
        assert not result.get("failed"), result["msg"]
        return result

    return run


@pytest.fixture
def as_planned(aws_server: AwsServer) -> Run:
    """Run twice, first in check mode, which changes nothing and tells what the real run then does:
    ``as_planned(run_module, "vpc", name="x") -> result``. ``aws.calls`` are those of the real run; ``_also`` are
    further fields of the result that must be told truthfully.
    """

    def both(run: Run, /, *args: Any, _also: Sequence[str] = (), **params: Any) -> dict[str, Any]:
        aws_server.calls.clear()
        plan = run(*args, **params, _check=True)
        assert plan["changed"], plan
        assert aws_server.mutating() == []
        aws_server.calls.clear()
        done = run(*args, **params)
        told = ("changed", "changes", "diff", *_also)
        assert [done[field] for field in told] == [plan[field] for field in told]
        return done

    return both


@pytest.fixture(scope="session")
def play_of(
    quick_playbook: Callable[..., playbooks.Run], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Callable[..., playbooks.Run]]:
    """A play on this machine that calls the emulated AWS: ``play_of(vars={}, roles=["meetops.jitsi.edge"]) -> run``;
    ``run("--check") -> Run`` plays it, which must end well.
    """

    def write(vars: dict[str, Any], **more: Any) -> Callable[..., playbooks.Run]:
        play = {
            "name": "Play",
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **vars},
            "module_defaults": {
                "group/meetops.jitsi.aws": {"region": "us-east-1", "endpoint_url": "{{ jitsi_aws_endpoint_url }}"}
            },
            **more,
        }
        path = tmp_path_factory.mktemp("play") / "play.yml"
        path.write_text(yaml.safe_dump([play]), encoding="utf-8")

        def run(*args: str, **options: Any) -> playbooks.Run:
            done = quick_playbook(str(path), *args, inventory="localhost,", **options)
            assert done.rc == 0, done
            return done

        return run

    return write


@pytest.fixture
def refused(aws_server: AwsServer, run_module: Run) -> Callable[..., str]:
    """Run a module that must fail before its first call, and return its message."""

    def run(_name: str, /, **params: Any) -> str:
        aws_server.calls.clear()
        result = run_module(_name, **params)
        assert result["failed"], result
        assert aws_server.calls == []
        return str(result["msg"])

    return run


@pytest.fixture
def people_meet(aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """So many people meet on the platform of the defaults. ``people_meet(3, 0)`` sets one number a look at figures,
    the last one for ever; until then it is 0."""
    from moto.cloudwatch.models import CloudWatchBackend

    cloudwatch, read, people = aws_server.client("cloudwatch"), CloudWatchBackend.get_metric_data, [0]

    def get_metric_data(backend: Any, *args: Any, **named: Any) -> Any:
        backend.metric_data = []
        publish(cloudwatch, "jitsi-video-platform", "Participants", [(datetime.now(UTC), people[0])])
        if len(people) > 1:
            people.pop(0)
        return read(backend, *args, **named)

    monkeypatch.setattr(CloudWatchBackend, "get_metric_data", get_metric_data)
    return lambda *numbers: people.__setitem__(slice(None), numbers)
