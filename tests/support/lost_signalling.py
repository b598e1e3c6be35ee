# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A signalling task and a bridge task as two network namespaces, and what the bridge notices when signalling's address
vanishes: packets to it are lost, none is refused.

Run as a program it expects a network namespace of its own, which becomes that of signalling, and prints what happened
as JSON: ``unshare -rn python lost_signalling.py <JSON of the bridge's containers> <folder>``. prosody is the real one.
In the bridge's namespace a client with a socket of this kernel plays JVB, which goes on saying that it is in the room.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.programs import http_server

BRIDGE, SIGNALLING, PORT = "10.90.0.10", "10.90.0.20", 5222
NOBODY = "02:00:00:00:00:99"
DOMAIN = "auth.meet.jitsi"
PROSODY = f"""
run_as_root = true
daemonize = false
pidfile = "%(folder)s/prosody.pid"
data_path = "%(folder)s"
log = {{ info = "%(folder)s/prosody.log" }}
modules_enabled = {{ "saslauth"; "ping" }}
modules_disabled = {{ "s2s"; "offline" }}
authentication = "anonymous"
c2s_require_encryption = false
interfaces = {{ "*" }}
VirtualHost "{DOMAIN}"
"""
STREAM = (
    f"<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
)
STEPS = (
    (STREAM, "</stream:features>"),
    ("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>", "<success"),
    (STREAM, "</stream:features>"),
    ("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "<jid>"),
)
PING = f"<iq type='get' id='p' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>"


class Client:
    """Logs in, says something every second as a bridge does every five, and logs in again when the kernel gives up."""

    def __init__(self) -> None:
        self.sessions, self.lost = 0, ""
        self.changed = threading.Condition()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        """Live for ever."""
        while True:
            try:
                with socket.create_connection((SIGNALLING, PORT), timeout=2) as stream:
                    self.live(stream)
            except OSError as error:
                with self.changed:
                    self.lost = type(error).__name__
                    self.changed.notify_all()
            time.sleep(0.5)

    def live(self, stream: socket.socket) -> None:
        """One session, until the kernel says that it is over."""
        for text, awaited in STEPS:
            stream.sendall(text.encode())
            heard = ""
            while awaited not in heard:
                part = stream.recv(65536).decode()
                if not part:
                    raise ConnectionError("hung up")
                heard += part
        with self.changed:
            self.sessions += 1
            self.changed.notify_all()
        stream.settimeout(1)
        while True:
            stream.sendall(PING.encode())
            try:
                if not stream.recv(65536):
                    raise ConnectionError("hung up")
                time.sleep(1)
            except TimeoutError as error:
                # Of this program's own (no errno), or of the kernel's.
                if error.errno:
                    raise

    def wait(self, condition: Callable[[], Any], seconds: float) -> None:
        """Wait until something about it holds."""
        with self.changed:
            assert self.changed.wait_for(condition, seconds), (self.sessions, self.lost)


def healthy(command: list[str]) -> bool:
    """Run a container's health check as ECS does."""
    assert command[0] == "CMD-SHELL"
    return subprocess.run(["/bin/sh", "-c", command[1]], stdout=subprocess.DEVNULL, check=False).returncode == 0


def figures(container: dict[str, Any]) -> dict[str, Any]:
    """The first line of the statistics sidecar."""
    with subprocess.Popen([*container["entryPoint"], *container["command"]], stdout=subprocess.PIPE) as sidecar:
        assert sidecar.stdout is not None
        line: dict[str, Any] = json.loads(sidecar.stdout.readline())
        sidecar.send_signal(signal.SIGTERM)
    return line


def bridge(containers: dict[str, Any]) -> dict[str, Any]:
    """The bridge's side."""
    for control in containers["jvb"]["systemControls"]:
        Path("/proc/sys", *control["namespace"].split(".")).write_text(control["value"])
    told = {
        "mucs_joined": 1,
        "local_endpoints": 0,
        "conferences": 0,
        "stress_level": 0.0,
        "healthy": True,
        "drain": False,
    }
    # What follows the port is JVB's; the port is free in every test.
    with http_server(lambda _request: (200, json.dumps(told).encode())) as url:
        text = json.dumps(containers["stats"]).replace("http://127.0.0.1:8080", url)
        stats = json.loads(text)
        check = stats["healthCheck"]["command"]
        result: dict[str, Any] = {"before a login": healthy(check)}
        client = Client()
        client.wait(lambda: client.sessions == 1, 20)
        result |= {"healthy": healthy(check), "figures": figures(stats)}
        told["mucs_joined"] = 0
        result["not in the room"] = healthy(check)
        told["mucs_joined"] = 1

        neighbour = ["ip", "neigh", "replace", SIGNALLING, "lladdr", NOBODY, "dev", "eth1", "nud", "permanent"]
        subprocess.run(neighbour, check=True)
        began, client.lost = time.monotonic(), ""
        while healthy(check) and time.monotonic() - began < 120:
            time.sleep(0.5)
        result["unhealthy after"] = time.monotonic() - began
        result["figures when lost"] = figures(stats)
        client.wait(lambda: client.lost, 200)
        result |= {"given up after": time.monotonic() - began, "given up because": client.lost}
        result["healthy without a connection"] = healthy(check)

        subprocess.run(["ip", "neigh", "del", SIGNALLING, "dev", "eth1"], check=True)
        began = time.monotonic()
        client.wait(lambda: client.sessions == 2, 60)
        result |= {"back after": time.monotonic() - began, "healthy again": healthy(check)}
    return result


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def main(containers: str, folder: str) -> None:
    """Both sides: this process is signalling's, and starts the bridge's in a namespace of its own."""
    if os.environ.get("SIDE") == "bridge":
        sys.stdin.readline()
        print(json.dumps(bridge(json.loads(Path(containers).read_text()))))
        return
    home = Path(folder)
    (home / "prosody.cfg.lua").write_text(PROSODY % {"folder": home})
    other = subprocess.Popen(
        ["unshare", "--net", sys.executable, __file__, containers, folder],
        env={**os.environ, "SIDE": "bridge"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    server = None
    try:
        # unshare has become the program, in its own namespace, when the two differ.
        while os.readlink(f"/proc/{other.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.01)
        inside = ["nsenter", f"--net=/proc/{other.pid}/ns/net", "ip"]
        ip("link", "set", "lo", "up")
        ip("link", "add", "eth1", "type", "veth", "peer", "name", "eth1", "netns", str(other.pid))
        ip("address", "add", f"{SIGNALLING}/24", "dev", "eth1")
        ip("link", "set", "eth1", "up")
        for arguments in (
            ["link", "set", "lo", "up"],
            ["address", "add", f"{BRIDGE}/24", "dev", "eth1"],
            ["link", "set", "eth1", "up"],
        ):
            subprocess.run([*inside, *arguments], check=True)
        server = subprocess.Popen(
            ["prosody", "--config", str(home / "prosody.cfg.lua"), "-F"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        out, _err = other.communicate("go\n", timeout=400)
        assert other.returncode == 0
        print(out)
    finally:
        for process in (other, server):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
