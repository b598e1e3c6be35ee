# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The way of a participant, tried against the real programs: Caddy, prosody and coturn, on loopback."""

from __future__ import annotations

import itertools
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.health import patience
from ansible_collections.meetops.jitsi.plugins.module_utils.probe import checks, net, turn
from support import entrance
from support.programs import free_port
from support.prosody import TURN_HOST, Prosody


@dataclass
class Platform:
    """The programs that run, and what a probe needs to find them."""

    folder: Path
    prosody: Prosody
    target: checks.Target

    def steps(self, **changes: Any) -> dict[str, dict[str, Any]]:
        """Probe, with other values of the target, or of the site."""
        site = replace(self.target.site, **{key: changes.pop(key) for key in ("port", "ca_file") if key in changes})
        target = replace(self.target, site=site, **changes)
        return {each["check"]: each for each in checks.Verification(target, []).run()}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    with entrance.running(folder) as found:
        site = net.Site(entrance.DOMAIN, found.port, "127.0.0.1", str(folder / "good.crt"))
        yield Platform(folder, found.prosody, checks.Target(site, 10, room="verify-1", turn_address="127.0.0.1"))


def test_every_step_works(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    # A second goes by whenever a step looks at the clock: when it begins, and when it ends.
    monkeypatch.setattr(checks, "time", SimpleNamespace(monotonic=itertools.count().__next__))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        steps = platform.steps(bridges=("127.0.0.1",), bridge_port=silent.getsockname()[1])
    told = {name: (step["state"], step["text"]) for name, step in steps.items()}
    port = platform.prosody.turn_port
    relayed = told.pop(f"media over TCP {port}")
    tls = told.pop("TLS")
    udp = told.popitem()[1]
    assert (tls[0], "certificate of Test for meet.example.com, 60 days left" in tls[1]) == ("ok", True), tls
    assert relayed[1].startswith("127.0.0.1 relays from 127.0.0.1:"), relayed
    assert udp[0] == "skipped"
    assert told == {
        "page": ("ok", f"200, {len(entrance.PAGE)} characters"),
        "settings": ("ok", "config.js names meet.jitsi"),
        "websocket": ("ok", "upgraded to XMPP over WebSocket"),
        "login": ("ok", "anonymous, as meet.jitsi"),
        "relay credentials": ("ok", f"for {TURN_HOST}:{port}"),
        "conference": ("ok", "jicofo leads one in verify-1, which ends by itself"),
    }
    assert {step["seconds"] for step in steps.values()} == {1}
    # Credentials are told to nobody.
    assert not re.search(r"[A-Za-z0-9+/]{27}=", " ".join(step["text"] for step in steps.values()))


def test_xmpp_alone(platform: Platform) -> None:
    """What the runbook health asks."""
    steps = checks.Verification(platform.target, []).reach_xmpp()
    assert [(step["check"], step["state"]) for step in steps] == [("TLS", "ok"), ("websocket", "ok"), ("login", "ok")]
    nobody = replace(platform.target, site=replace(platform.target.site, port=free_port()))
    steps = checks.Verification(nobody, []).reach_xmpp()
    assert [step["state"] for step in steps] == ["bad", "skipped", "skipped"]


def test_what_works_a_little_later_is_tried_again(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a name that leads to a task that has gone."""
    pauses: list[float] = []
    tries = iter([replace(platform.target, site=replace(platform.target.site, port=free_port())), platform.target])
    monkeypatch.setattr("time.sleep", pauses.append)
    found = patience.look(lambda: checks.Verification(next(tries), []).reach_xmpp(), 60)
    assert ([step["state"] for step in found], pauses) == (["ok"] * 3, [patience.EVERY])
    # Without patience what was found first is told.
    nobody = replace(platform.target, site=replace(platform.target.site, port=free_port()))
    found = patience.look(lambda: checks.Verification(nobody, []).reach_xmpp(), 0)
    assert (found[0]["state"], pauses) == ("bad", [patience.EVERY])


def test_a_certificate_of_nobody_that_ended_or_ends_soon(platform: Platform) -> None:
    steps = platform.steps(ca_file="")
    assert steps["TLS"]["text"].startswith("the certificate is not valid: self")
    assert {step["state"] for name, step in steps.items() if name != "TLS"} == {"skipped"}
    entrance.certificate(platform.folder, "old", -1)
    entrance.certificate(platform.folder, "soon", 5)
    with ExitStack() as stack:
        for name, state, text in (
            ("old", "bad", "the certificate is not valid: certificate has expired"),
            ("soon", "warn", "5 days left"),
        ):
            port = entrance.caddy(stack, platform.folder, platform.prosody.web_port, name)
            steps = platform.steps(port=port, ca_file=str(platform.folder / f"{name}.crt"))
            assert steps["TLS"]["state"] == state
            assert text in steps["TLS"]["text"]


def test_the_wake_page_is_no_meeting(platform: Platform) -> None:
    with ExitStack() as stack:
        port = entrance.caddy(stack, platform.folder, free_port(), page="<form action='/_wake'>")
        steps = platform.steps(port=port, turn_address="127.0.0.1")
    assert steps["page"]["text"] == "the wake page answers: the name does not lead to the tasks"
    assert steps["websocket"]["text"] == "/xmpp-websocket?room=verify-1 answered 502 and not 101, so it is no WebSocket"
    assert steps["login"]["state"] == "skipped"


def test_prosody_refuses_guests(platform: Platform) -> None:
    steps = platform.steps(xmpp_domain="auth.meet.jitsi")
    assert steps["login"]["state"] == "bad"
    assert "guests need ANONYMOUS" in steps["login"]["text"]
    assert steps["media over TCP 4443"]["state"] == "skipped"


def test_ports_at_which_nobody_listens(platform: Platform) -> None:
    steps = platform.steps(port=free_port())
    assert steps["TLS"]["text"].endswith("Connection refused")
    steps = platform.steps(turn_address="127.0.0.2", bridges=("127.0.0.1",), bridge_port=free_port(socket.SOCK_DGRAM))
    assert steps[f"media over TCP {platform.prosody.turn_port}"]["text"].endswith("Connection refused")
    (udp,) = [step for name, step in steps.items() if name.startswith("media over UDP")]
    assert (udp["state"], udp["text"]) == ("bad", "127.0.0.1 says that nobody listens")


def test_a_relay_with_another_secret(platform: Platform) -> None:
    relay = turn.Relay("127.0.0.1", platform.prosody.turn_port, net.Deadline(5))
    with pytest.raises(net.ProbeError, match="they hold different secrets"):
        relay.allocate("1999999999", "wrong")
    relay.close()


def test_what_never_answers_ends_in_time(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []
    connect = socket.create_connection

    def limited(address: tuple[str, int], timeout: float) -> socket.socket:
        limits.append(timeout)
        return connect(address, timeout)

    monkeypatch.setattr(socket, "create_connection", limited)
    monkeypatch.setattr(net, "time", SimpleNamespace(monotonic=lambda: 0))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        step = platform.steps(port=mute.getsockname()[1], seconds=1)["TLS"]
    assert (step["text"], limits) == ("no TLS within 1 s", [1])
