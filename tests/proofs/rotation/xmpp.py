# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rotation against a real prosody and a real coturn: who may log in before it, after it, and with what."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.modules import run_module
from support.programs import free_port, wait_for_port
from support.prosody import ACCOUNTS, TURN_HOST, Prosody

Document = dict[str, str]
KEYS = {**dict.fromkeys(ACCOUNTS.values(), 16), "turn_credentials": 32}


@dataclass
class Figures:
    """Logins that were accepted and refused, as they had to be."""

    accepted: int = 0
    refused: int = 0

    def expect(self, answers: Mapping[str, bool], accepted: bool) -> None:
        wrong = [account for account, answer in answers.items() if answer is not accepted]
        assert not wrong, f"{', '.join(wrong)}: {'refused' if accepted else 'accepted'}"
        if accepted:
            self.accepted += len(answers)
        else:
            self.refused += len(answers)


def prove(read: Callable[[], Document], rotate: Callable[[list[str]], Any], coturn: bool = True) -> Figures:
    """``read()`` gives the current document; ``rotate(keys)`` rotates these keys, all of them if none is named."""
    figures = Figures()
    first = read()
    with Prosody(first) as server:
        figures.expect(server.accepts(first), True)
        assert server.bridges_seen(first) == ["bridge-1"]
        former_turn = server.turn_credentials()

    rotate([])
    second = read()
    assert set(second) == set(first)
    assert all(second[key] != first[key] for key in (*ACCOUNTS.values(), "turn_credentials"))
    with Prosody(second) as server:
        figures.expect(server.accepts(second), True)
        figures.expect(server.accepts(first), False)
        assert server.bridges_seen(second) == ["bridge-1"]
        if coturn:
            with turn_server(second["turn_credentials"]) as port:
                figures.expect({"TURN": allocates(port, *server.turn_credentials())}, True)
                figures.expect({"TURN": allocates(port, *former_turn)}, False)

    rotate(["jvb_auth_password"])
    third = read()
    assert {key for key in second if second[key] != third[key]} == {"jvb_auth_password"}
    with Prosody(third) as server:
        figures.expect(server.accepts(third), True)
        bridge = "jvb@auth.meet.jitsi"
        figures.expect({bridge: server.accepts(second)[bridge]}, False)
        assert server.bridges_seen(third) == ["bridge-1"]
    return figures


def kept_accounts(first: Document, second: Document) -> Figures:
    """Why prosody's data lives as long as its task: kept on a volume, the accounts do not take a new password."""
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="prosody-data-") as volume:
        Path(volume).chmod(0o755)
        data = Path(volume) / "data"
        with Prosody(first, data) as server:
            assert all(server.registered.values())
        with Prosody(second, data) as server:
            assert not any(server.registered.values())
            figures.expect(server.accepts(first), True)
            figures.expect(server.accepts(second), False)
    return figures


@contextmanager
def turn_server(secret: str) -> Iterator[int]:
    """A coturn that checks credentials with this secret, as the bridge task's; yields its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="turn-") as home:
        configuration = Path(home) / "turnserver.conf"
        configuration.write_text(
            f"listening-port={port}\nlistening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nrealm={TURN_HOST}\n"
            f"use-auth-secret\nstatic-auth-secret={secret}\nallowed-peer-ip=127.0.0.1\nallow-loopback-peers\n"
            f"no-udp\nno-tls\nno-dtls\nno-cli\nlog-file={home}/log\nsimple-log\npidfile={home}/pid\nuserdb={home}/db\n"
        )
        process = subprocess.Popen(
            ["turnserver", "-c", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for_port(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=20)


def allocates(port: int, user: str, password: str) -> bool:
    """Ask coturn for a relay address over TCP: was the credential accepted?"""
    client = subprocess.Popen(
        [
            *("stdbuf", "-oL", "turnutils_uclient", "-v", "-t", "-n", "1", "-m", "1", "-c", "-u", user, "-w", password),
            *("-p", str(port), "-e", "127.0.0.1", "-r", str(free_port()), "127.0.0.1"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert client.stdout is not None
    try:
        # What it does after the answer, sending packets through the relay, is of no interest here.
        for line in client.stdout:
            if "Received relay addr" in line:
                return True
            if "Cannot complete Allocation" in line:
                return False
    finally:
        client.terminate()
        client.communicate(timeout=20)
    raise AssertionError("coturn gave no answer")


def on(server: Any) -> tuple[Callable[[], Document], Callable[[list[str]], Any]]:
    """A secret on an emulated AWS, made and rotated by the collection's modules: how to read it, how to rotate it."""

    def run(module: str, **parameters: Any) -> dict[str, Any]:
        done = run_module(module, server.url, {"keys": KEYS, **parameters})
        assert done.get("changed") and not done.get("failed"), done
        return done

    def read() -> Document:
        text = server.client("secretsmanager").get_secret_value(SecretId="proof-jitsi-secrets")["SecretString"]
        return {key: value for key, value in json.loads(text).items() if key in KEYS}

    run("secret", name="proof-jitsi-secrets")
    return read, lambda only: run("secret_rotation", name="proof", force=True, only=only)


def prove_all(server: Any) -> Figures:
    """Everything that this file proves, on an emulated AWS."""
    server.reset()
    read, rotate = on(server)
    first = read()
    figures, kept = prove(read, rotate), kept_accounts(first, read())
    return Figures(figures.accepted + kept.accepted, figures.refused + kept.refused)
