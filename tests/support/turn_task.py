# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A bridge task with the containers of TURN and STUN, and what participants, bridges and attackers do with it.

Run as a program it expects a network namespace of its own, gives it the addresses of the task and of what is around it,
starts the containers, and prints what happened as JSON:
``unshare --map-root-user --net python -m support.turn_task <folder>``, with what the role says in ``<folder>/role.json``.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .dns import Names, names
from .turn import (
    ALLOCATE,
    BINDING,
    BRIDGE_PORT,
    CHANGE_REQUEST,
    COOKIE,
    FAMILY,
    IPV6,
    LATER,
    LINK_LOCAL,
    NEIGHBOUR,
    OTHER,
    PORT,
    PRIVATE,
    PUBLIC,
    REFRESH,
    SECRET,
    STRANGER,
    STUN_PORT,
    TCP,
    TRANSPORT,
    UDP,
    XOR_MAPPED,
    XOR_RELAYED,
    Client,
    attribute,
    attributes,
    credentials,
    xor,
)

# Nobody may be reached through the server but the bridges.
FORBIDDEN = [
    STRANGER,
    LATER,  # as long as no bridge is there
    "8.8.8.8",
    "169.254.169.254",  # instance metadata
    "169.254.169.253",  # the resolver of the VPC
    "169.254.170.2",  # credentials of the task
    LINK_LOCAL,
    NEIGHBOUR,  # in the subnet
    "10.90.0.2",  # the resolver of the VPC, by its other address
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "127.0.0.1",
    "0.0.0.0",
    "192.0.2.1",
    "255.255.255.255",
    "224.0.0.1",
    "::1",
    "::",
    "2001:db8::1",  # a stranger over IPv6
    "fd00::1",
    "fd00:ec2::254",  # instance metadata over IPv6
    "fe80::1",
    "ff02::1",
    f"::ffff:{NEIGHBOUR}",
    f"::ffff:{STRANGER}",
    f"::ffff:{OTHER}",
    "::ffff:169.254.169.254",
    "::ffff:127.0.0.1",
    "64:ff9b::a9fe:a9fe",  # NAT64 of instance metadata
    "64:ff9b::cb00:7108",  # and of the other bridge
    "2002:a9fe:a9fe::1",  # 6to4 of instance metadata
    "2002:c633:6414::1",  # and of the stranger
]
# What a name may lead to when somebody has it in his hands, or all sleeps.
POISON = ["169.254.169.254", "169.254.170.2", NEIGHBOUR, "127.0.0.1", "100.64.0.1", "224.0.0.1", "192.0.2.1", "0.0.0.0"]


# Of Linux; Python has no name for it.
IP_RECVTTL = 12


def peer_of(address: str, port: int = BRIDGE_PORT) -> socket.socket:
    """Somebody who listens there."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind((address, port))
    listening.settimeout(5)
    return listening


def until(found: Callable[[], bool], seconds: float = 30) -> float:
    """Look until it is so; returns for how many seconds."""
    begin = time.monotonic()
    while not found():
        assert time.monotonic() < begin + seconds, "it never was"
        time.sleep(0.2)
    return time.monotonic() - begin


@dataclass
class Task:
    """The running task, its names, and what the role says of it."""

    server: subprocess.Popen[bytes]
    names: Names
    role: dict[str, Any]

    def temporary(self, name: str = "") -> Path:
        """A path in the /tmp that the server sees."""
        return Path(f"/proc/{self.server.pid}/root/tmp/{name}")

    def allowed(self) -> list[str]:
        """The addresses in the database."""
        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(self.temporary("turndb").read_bytes())
            return sorted(row[0] for row in database.execute("select ip_range from allowed_peer_ip"))


def participant(task: Task) -> dict[str, Any]:
    """A participant without UDP reaches the bridge beside the server, and nobody is reached but bridges."""
    results: dict[str, Any] = {}
    bridge, neighbour = peer_of(PRIVATE), peer_of(NEIGHBOUR, 80)
    client = Client(*credentials(SECRET, 3600))
    code, found = client.allocate()
    results["allocate"] = code
    relayed = found.get(XOR_RELAYED, b"\0" * 8)
    results["relayed address"] = str(ipaddress.ip_address(xor(relayed[4:8], b"")))
    # The bridge tells browsers its public address; the private one is what the server itself calls it.
    for name, host in (("public", PUBLIC), ("private", PRIVATE)):
        results[f"permit {name}"] = client.permit(host)
        client.relay(host, b"media to " + name.encode())
        packet, source = bridge.recvfrom(2048)
        results[f"bridge got over {name}"] = [packet.decode(), source[0]]
        bridge.sendto(b"media back", source)
        results[f"participant got over {name}"] = client.relayed().decode()

    results["permit forbidden"] = {host: client.permit(host, 80) for host in FORBIDDEN}
    results["bind forbidden"] = {host: client.bind(host, 80) for host in FORBIDDEN}
    # Without a permission nothing passes: the bridge would hear what was sent to its neighbour's address here.
    client.relay(NEIGHBOUR, b"attack", 80)
    # Answered after what was sent before it, so the neighbour would have it by now.
    results["bind allowed"] = client.bind(PUBLIC)
    neighbour.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        results["neighbour got"] = neighbour.recv(2048).decode()
    bridge.close()
    neighbour.close()
    return results


def bridges(task: Task) -> dict[str, Any]:
    """Bridges come and go, and the name that lists them does not always answer, or not the truth."""
    results: dict[str, Any] = {}
    client = Client(*credentials(SECRET, 3600))
    client.allocate()
    results["at the start"] = {host: client.permit(host) for host in (PUBLIC, OTHER, LATER, STRANGER)}
    task.names.say(PUBLIC, OTHER)
    results["seconds until the other"] = until(lambda: client.permit(OTHER) == 0)
    other = peer_of(OTHER)
    client.relay(OTHER, b"media to another bridge")
    packet, source = other.recvfrom(2048)
    results["the other got"] = packet.decode()
    other.sendto(b"media back", source)
    results["participant got of the other"] = client.relayed().decode()
    results["later, before it is there"] = client.permit(LATER)
    task.names.say(PUBLIC, OTHER, LATER)
    results["seconds until the later"] = until(lambda: client.permit(LATER) == 0)
    results["database"] = task.allowed()

    task.names.say()
    results["database after no answer"] = task.allowed()
    task.names.say(fail=True)
    results["database after a failure"] = task.allowed()
    task.names.say(*POISON)
    results["database after lies alone"] = task.allowed()
    task.names.say(*POISON, PUBLIC, LATER)
    # The server has read the database again when it refuses the one that went.
    results["seconds until the other went"] = until(lambda: client.permit(OTHER) == 403)
    results["database at last"] = task.allowed()
    results["permit lies"] = {host: client.permit(host, 80) for host in POISON}
    results["permit at last"] = {host: client.permit(host) for host in (PUBLIC, LATER, STRANGER)}
    task.names.say(PUBLIC)
    until(lambda: client.permit(LATER) == 403)
    results["left in /tmp"] = sorted(path.name for path in task.temporary().iterdir())
    return results


def guests(_task: Task) -> dict[str, Any]:
    """Whom it serves, and how."""
    user, password = credentials(SECRET, 3600)
    refused = {
        "another secret": credentials("f" * 32, 3600),
        "expired": credentials(SECRET, -60),
        "another's end": (str(int(user) + 3600), password),
        "no end": ("admin", base64.b64encode(hmac.new(SECRET.encode(), b"admin", hashlib.sha1).digest()).decode()),
        "no password": (user, ""),
    }
    return {
        "refused": {name: Client(*given).allocate()[0] for name, given in refused.items()},
        "TCP relay": Client(user, password).allocate(transport=TCP)[0],
        "IPv6 relay": Client(user, password).allocate(attribute(FAMILY, IPV6))[0],
        "UDP": ask_udp(PORT),
        "STUN": ask_udp(STUN_PORT),
        "STUN that asks for another way back": [
            ask_udp(STUN_PORT, attribute(CHANGE_REQUEST, b"\0\0\0\x06")),
            ask_udp(STUN_PORT),
        ],
        "allocation at STUN": ask_udp(STUN_PORT, attribute(TRANSPORT, UDP), ALLOCATE),
    }


def ask_udp(port: int, body: bytes = b"", kind: int = BINDING) -> Any:
    """What a UDP port answers: kind, bytes, address that it saw, and time to live; or a word."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
        probe.bind((NEIGHBOUR, 0))
        probe.connect((PRIVATE, port))
        probe.settimeout(2)
        transaction = secrets.token_bytes(12)
        probe.send(struct.pack("!HHI", kind, len(body), COOKIE) + transaction + body)
        try:
            answer, ((_level, _type, ttl), *_), *_ = probe.recvmsg(2048, 64)
        except ConnectionRefusedError:
            return "refused"
        except TimeoutError:
            return "silent"
        mapped = attributes(answer[20:]).get(XOR_MAPPED, b"\0" * 8)
        seen = str(ipaddress.ip_address(xor(mapped[4:8], b"")))
        return [int.from_bytes(answer[:2], "big"), len(answer), seen, int.from_bytes(ttl, sys.byteorder)]


def abuser(task: Task) -> dict[str, Any]:
    """One who takes all that he gets, and what that leaves to others."""
    limits = task.role["limits"]
    held: list[Client] = []

    def take(name: tuple[str, str], most: int) -> tuple[int, int]:
        """Allocate as often as it goes; how often, and the error after."""
        for number in range(most):
            client = Client(*name)
            held.append(client)
            code = client.allocate()[0]
            if code:
                return number, code
        return most, 0

    results: dict[str, Any] = {
        "30 visitors of one second": take(credentials(SECRET, 1000), 30 * 8),
        "one name": take(credentials(SECRET, 2000), 1000),
        "one more name": take(credentials(SECRET, 3000), 1),
        "all names": sum(take(credentials(SECRET, 4000 + number), 1000)[0] for number in range(3)),
    }
    results["when all is taken"] = take(credentials(SECRET, 5000), 1)
    for client in held:
        client.stream.close()
    until(lambda: take(credentials(SECRET, 6000), 1) == (1, 0))

    bridge = peer_of(PRIVATE)
    heard = Heard(bridge)
    for name, rate in (("attacker", 5 * limits["bytes_per_second"]), ("participant", limits["bytes_per_second"] // 4)):
        client = Client(*credentials(SECRET, 7000))
        client.allocate()
        client.permit(PUBLIC)
        before, seconds = heard.bytes, 3.0
        sent, begin = 0, time.monotonic()
        while (elapsed := time.monotonic() - begin) < seconds:
            if sent < elapsed * rate:
                client.relay(PUBLIC, b"x" * 1000)
                sent += 1000
                if name == "participant":
                    # What is not waited for might be lost on the way to us.
                    heard.wait(before + sent, 1)
            else:
                time.sleep(0.001)
        heard.wait(before + sent, 0.5)
        results[f"bytes of the {name}"] = [sent, heard.bytes - before]
    heard.close()
    bridge.close()
    return results


class Heard:
    """Counts what arrives at a socket."""

    def __init__(self, listening: socket.socket) -> None:
        self.bytes, self.more, self.over = 0, threading.Condition(), False
        listening.settimeout(0.1)

        def listen() -> None:
            while not self.over:
                try:
                    size = len(listening.recv(2048))
                except TimeoutError:
                    continue
                with self.more:
                    self.bytes += size
                    self.more.notify_all()

        self.thread = threading.Thread(target=listen)
        self.thread.start()

    def close(self) -> None:
        """Hear no more."""
        self.over = True
        self.thread.join()

    def wait(self, total: int, seconds: float) -> None:
        """Wait for so many bytes, but not for long."""
        with self.more:
            self.more.wait_for(lambda: self.bytes >= total, seconds)


class Looks:
    """The command that counts relays, on a clock of its own."""

    def __init__(self, task: Task, folder: Path) -> None:
        self.clock, self.now = folder / "uptime", 100.0
        command = task.role["relays"].replace("/proc/uptime", str(self.clock))
        self.command = command.replace("/tmp/relays", str(folder / "relays"))

    def after(self, seconds: float) -> Any:
        """What it prints after so many seconds."""
        self.now += seconds
        self.clock.write_text(f"{self.now:.2f} 0\n")
        done = subprocess.run(["bash", "-c", self.command], stdout=subprocess.PIPE, text=True, check=False)
        return json.loads(done.stdout) if done.stdout else None


def relays(task: Task, folder: Path) -> dict[str, Any]:
    """How many clients relay: one in a call, one whose way is a spare one, and one that never uses what it took."""
    bridge = peer_of(PRIVATE)
    call, spare, unused = (Client(*credentials(SECRET, 8000)) for _each in range(3))
    for client in (call, spare, unused):
        client.allocate()
    for client in (call, spare):
        client.permit(PUBLIC)

    def exchange(client: Client, times: int) -> None:
        """Checks of a connection, both ways."""
        for _each in range(times):
            client.relay(PUBLIC, b"x" * 100)
            bridge.sendto(b"x" * 100, bridge.recvfrom(2048)[1])
            client.relayed()

    looks = Looks(task, folder)
    results: dict[str, Any] = {"at first": looks.after(0)}
    # Media: 50 packets a second.
    exchange(call, 50)
    results["in a call"] = looks.after(5)
    for minute in range(3):
        # A browser checks a spare way every 25 seconds, a selected one every 2.5 seconds.
        exchange(spare, 3)
        exchange(call, 24)
        results[f"in a silent call, minute {minute}"] = looks.after(60)
    unused.ask(REFRESH)
    exchange(spare, 3)
    results["after a minute without"] = looks.after(60)
    exchange(call, 50)
    results["in the call again"] = looks.after(5)
    results["and still"] = looks.after(50)
    call.stream.close()
    results["after it"] = looks.after(5)
    bridge.close()
    return results


def stop(task: Task) -> dict[str, Any]:
    """A task that ends lets those go on whom the server serves, if this version can."""
    bridge = peer_of(PRIVATE)
    client = Client(*credentials(SECRET, 9000))
    client.allocate()
    client.permit(PUBLIC)
    told = subprocess.run(["turnserver", "-h"], capture_output=True, text=True, check=False)
    results: dict[str, Any] = {"can drain": "drain" in told.stdout + told.stderr}
    task.server.terminate()
    try:
        until(lambda: new_allocation() != 0, 10)
        client.relay(PUBLIC, b"still here")
        results["bridge got while it ends"] = bridge.recv(2048).decode()
        results["running"] = task.server.poll() is None
        client.stream.close()
    except (OSError, AssertionError) as error:
        results["error"] = repr(error)
    results["ended"] = task.server.wait(timeout=30)
    results["seconds to the end"] = until(lambda: task.server.poll() is not None)
    return results


def new_allocation() -> int:
    """The error code of one more; -1 if nobody is there."""
    try:
        return Client(*credentials(SECRET, 9500)).allocate()[0]
    except OSError:
        return -1


def run(*command: str) -> None:
    """Run a command of the setup."""
    subprocess.run(command, check=True)


# The file system of the container: all is read-only but a small /tmp. $1 is the folder, $2 the script.
CONTAINER = """
mount --bind "$1/resolv.conf" /etc/resolv.conf
for place in /var/log /var/tmp; do mount -t tmpfs -o ro,size=4k none "$place"; done
mount --bind "$1" /mnt
mount -t tmpfs -o size=16m,noexec,nosuid,mode=1777 none /tmp
exec bash -c "$2"
"""


@contextlib.contextmanager
def container(script: str, folder: Path, log: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A container with one of the scripts."""
    process = subprocess.Popen(
        ["unshare", "--mount", "bash", "-ec", CONTAINER, "container", str(folder), script],
        env={"PATH": os.environ["PATH"], **environment},
        stdout=(folder / log).open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def listens(process: subprocess.Popen[bytes], question: str, folder: Path, *arguments: str) -> bool:
    """Whether the health check of a container is content."""
    assert process.poll() is None, "it has ended"
    command = ["bash", "-c", question.replace("/address/", f"{folder}/address/"), *arguments]
    return subprocess.run(command, stderr=subprocess.DEVNULL, timeout=5, check=False).returncode == 0


def main(given: str) -> None:
    """Build the network of a bridge task, play, and print what happened."""
    folder = Path(given)
    role = json.loads((folder / "role.json").read_text())
    run("ip", "link", "set", "lo", "up")
    ours = (f"{PRIVATE}/24", f"{NEIGHBOUR}/24", f"{LINK_LOCAL}/22", "169.254.169.254/32", "169.254.170.2/32")
    for address in (*ours, *(f"{host}/32" for host in (OTHER, LATER, STRANGER))):
        run("ip", "address", "add", address, "dev", "lo")
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    (folder / "address").mkdir()
    (folder / "address" / "private").write_text(f"{PRIVATE}\n")
    (folder / "address" / "public").write_text(f"{PUBLIC}\n")
    results: dict[str, Any] = {}
    with (
        names("127.0.0.1", PUBLIC) as known,
        container(role["coturn"], folder, "log", TURN_CREDENTIALS=SECRET) as server,
        container(role["stun"], folder, "stun.log") as stun,
    ):
        # Nobody answers yet, so the check is not content; then it is.
        results["checks"] = [listens(server, role["question"], folder, "tcp", "1")]
        until(lambda: listens(server, role["question"], folder, "tcp", str(PORT)))
        until(lambda: listens(stun, role["question"], folder, "udp", str(STUN_PORT)))
        task = Task(server, known, role)
        inside = [Path("/proc", line) for line in children(server.pid)]
        results["secret shows"] = [
            f"{path.name}/{name}"
            for path in inside
            for name in ("cmdline", "environ")
            if SECRET in (path / name).read_text()
        ]
        results["processes"] = len(inside)
        configuration = task.temporary("turnserver.conf")
        results["mode"] = configuration.stat().st_mode & 0o777
        for play in (participant, bridges, guests, abuser):
            results |= play(task)
        results["relays"] = relays(task, folder)
        results["stop"] = stop(task)
    print(json.dumps(results))


def children(pid: int) -> list[str]:
    """A process and all below it."""
    found = [str(pid)]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += children(int(child))
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
