# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a participant meets on the way in, by the real programs on loopback: Caddy, prosody, coturn."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .programs import free_port, need, wait_for_port
from .prosody import TURN_HOST, Prosody

DOMAIN = "meet.example.com"
DOCUMENT = {
    "jicofo_auth_password": "a" * 32,
    "jvb_auth_password": "b" * 32,
    "jibri_xmpp_password": "c" * 32,
    "jibri_recorder_password": "d" * 32,
    "turn_credentials": "e" * 32,
}
CADDYFILE = """
{{
	admin off
	auto_https off
}}
https://{domain}:{port} {{
	bind 127.0.0.1
	tls {folder}/{certificate}.crt {folder}/{certificate}.key
	handle /xmpp-websocket {{
		reverse_proxy 127.0.0.1:{prosody} {{
			header_up Host meet.jitsi
		}}
	}}
	handle /config.js {{
		respond "var config = {{ hosts: {{ domain: 'meet.jitsi', muc: 'muc.meet.jitsi' }} }};"
	}}
	handle {{
		respond "{page}"
	}}
}}
"""
PAGE = "<html><script src='libs/lib-jitsi-meet.min.js'></script></html>"


def certificate(folder: Path, name: str, days: int) -> None:
    """A certificate that signed itself, for so many days from now."""
    now, key = dt.datetime.now(dt.UTC), ec.generate_private_key(ec.SECP256R1())
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"), x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)]
    made = (
        x509.CertificateBuilder(x509.Name(names), x509.Name(names), key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=30))
        .not_valid_after(now + dt.timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(DOMAIN)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / f"{name}.crt").write_bytes(made.public_bytes(pem))
    (folder / f"{name}.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


def start(stack: ExitStack, port: int, *command: str, **options: Any) -> None:
    """Run a program until the stack ends; it listens on the port."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    wait_for_port(port, process)


def caddy(stack: ExitStack, folder: Path, prosody: int, certificate: str = "good", page: str = PAGE) -> int:
    """Start Caddy; returns its port."""
    port = free_port()
    text = CADDYFILE.format(
        domain=DOMAIN, port=port, folder=folder, certificate=certificate, prosody=prosody, page=page
    )
    path = folder / f"Caddyfile-{port}"
    path.write_text(text)
    environment = {
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PATH": "/usr/bin",
    }
    start(stack, port, "caddy", "run", "--adapter", "caddyfile", "--config", str(path), env=environment)
    return port


class Running(NamedTuple):
    """The port of Caddy, and prosody, which knows the relay's port."""

    port: int
    prosody: Prosody


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """All of them; the folder gets the certificate ``good.crt`` to trust."""
    for program in ("caddy", "prosody", "turnserver"):
        need(program)
    certificate(folder, "good", 60)
    with ExitStack() as stack:
        turn_port = free_port()
        secret = f"--static-auth-secret={DOCUMENT['turn_credentials']}"
        addresses = ["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={turn_port}"]
        files = [f"--pidfile={folder}/turn.pid", f"--userdb={folder}/turn.db", "--log-file=stdout", "-n"]
        quiet = ["--no-udp", "--no-tls", "--no-dtls", "--no-cli", f"--realm={TURN_HOST}", "--use-auth-secret"]
        start(stack, turn_port, "turnserver", *files, *addresses, *quiet, secret)
        prosody = stack.enter_context(Prosody(DOCUMENT, web=True, turn_port=turn_port))
        yield Running(caddy(stack, folder, prosody.web_port), prosody)
