# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real prosody set up as the container image sets it up, and XMPP logins of the components.

What differs from the image: only the modules that a login needs (the others come with the image, not with prosody),
free ports on loopback, and a data directory of its own for every start, as every ECS task has one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from .programs import free_port, wait_for_port

# Account -> key of the document, as the image's register-setup makes them: focus is jicofo, jibri logs in twice.
ACCOUNTS = {
    "focus@auth.meet.jitsi": "jicofo_auth_password",
    "jvb@auth.meet.jitsi": "jvb_auth_password",
    "jibri@auth.meet.jitsi": "jibri_xmpp_password",
    "recorder@hidden.meet.jitsi": "jibri_recorder_password",
}
BREWERY = "jvbbrewery@internal-muc.meet.jitsi"
# A guest: the image lets them in without a password, and gives them the TURN credentials.
GUEST = "meet.jitsi"
TURN_HOST = "turn.meet.example.com"
LOGIN_SECONDS = 20

CONFIGURATION = """
modules_enabled = {{ "roster"; "saslauth"; "tls"; "disco"; "admin_shell"; "ping"; "posix"; "external_services" }}
modules_disabled = {{ "offline"; "register"; "s2s" }}
allow_registration = false
c2s_require_encryption = true
c2s_ports = {{ {port} }}
c2s_interfaces = {{ "127.0.0.1" }}
authentication = "internal_hashed"
log = {{ {{ levels = {{ min = "info" }}, to = "file", filename = "{home}/prosody.log" }} }}
pidfile = "{home}/prosody.pid"
network_backend = "epoll"
data_path = "{data}"
certificates = "{home}"
ssl = {{ key = "{home}/self-signed.key"; certificate = "{home}/self-signed.crt" }}
external_service_secret = "{turn_credentials}"
external_services = {{
    {{ type = "turn", host = "{turn_host}", port = {turn_port}, transport = "tcp", ttl = 86400, secret = true,
      algorithm = "turn" }}
}}

VirtualHost "meet.jitsi"
    authentication = "anonymous"
VirtualHost "auth.meet.jitsi"
    admins = {{ "focus@auth.meet.jitsi", "jvb@auth.meet.jitsi", "jibri@auth.meet.jitsi" }}
VirtualHost "hidden.meet.jitsi"
Component "internal-muc.meet.jitsi" "muc"
    admins = {{ "focus@auth.meet.jitsi", "jvb@auth.meet.jitsi", "jibri@auth.meet.jitsi" }}
    storage = "memory"
    restrict_room_creation = true
    muc_room_locking = false
    muc_room_default_public_jids = true
"""

# The way in of browsers, and what answers for jicofo that a conference is led.
WEB = """
http_ports = {{ {port} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{ }}
http_default_host = "meet.jitsi"
consider_websocket_secure = true
plugin_paths = {{ "{home}" }}
"""
ROOMS = """
Component "muc.meet.jitsi" "muc"
Component "focus.meet.jitsi" "focus"
"""
FOCUS = """
local st = require "util.stanza";
local xmlns = "http://jitsi.org/protocol/focus";
module:hook("iq/host", function(event)
    local asked = event.stanza:get_child("conference", xmlns);
    if not asked then return; end
    local answer = { xmlns = xmlns, ready = "true", room = asked.attr.room };
    event.origin.send(st.reply(event.stanza):tag("conference", answer));
    return true;
end);
"""


class Prosody:
    """A prosody with the accounts of one document, from ``with Prosody(document) as server`` to the end of the block.

    ``data`` makes it keep its accounts there, as if the operator had mounted a volume. With ``web`` it has the way in
    of browsers too, on ``web_port``. ``turn_port`` is what it tells of the relay.
    """

    def __init__(
        self, document: Mapping[str, str], data: Path | None = None, web: bool = False, turn_port: int = 4443
    ) -> None:
        self.document = document
        self.home = Path(tempfile.mkdtemp(prefix="prosody-"))
        self.data = data or self.home / "data"
        self.port, self.web_port, self.turn_port, self.web = free_port(), free_port(), turn_port, web
        # prosody refuses to run as root.
        self.user = "nobody" if os.geteuid() == 0 else None
        self.configuration = self.home / "prosody.cfg.lua"

    def __enter__(self) -> Prosody:
        self.data.mkdir(exist_ok=True)
        key, certificate = self.home / "self-signed.key", self.home / "self-signed.crt"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        request = ["openssl", "req", "-x509", *curve, "-subj", "/CN=meet.jitsi", "-days", "1"]
        subprocess.run([*request, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        text = CONFIGURATION.format(
            port=self.port,
            home=self.home,
            data=self.data,
            turn_credentials=self.document["turn_credentials"],
            turn_host=TURN_HOST,
            turn_port=self.turn_port,
        )
        if self.web:
            text = text.replace('"external_services" }', '"external_services"; "websocket" }')
            text = WEB.format(port=self.web_port, home=self.home) + text + ROOMS
            (self.home / "mod_focus.lua").write_text(FOCUS)
        self.configuration.write_text(text)
        if self.user:
            for path in (self.home, self.data, *self.home.rglob("*"), *self.data.rglob("*")):
                shutil.chown(path, self.user)
        self.process = subprocess.Popen(
            ["prosody", "--config", str(self.configuration), "-F"],
            user=self.user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port, self.process)
        self.registered = {jid: self.register(jid, self.document[key]) for jid, key in ACCOUNTS.items()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=10)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home)

    def register(self, jid: str, password: str) -> bool:
        """Make an account by the image's own command; False when prosody says that the user exists."""
        shell = ["prosodyctl", "--config", str(self.configuration), "shell", "user", "create", jid, password]
        done = subprocess.run(shell, user=self.user, capture_output=True, text=True, check=False)
        if "User exists" in done.stdout + done.stderr:
            return False
        assert "User created" in done.stdout, "prosodyctl made no account"
        return True

    def logins(self, attempts: Iterable[tuple[str, str]]) -> list[bool]:
        """Log in with each (account, password), at once and on connections of their own: was it accepted?"""
        return asyncio.run(_logins(self.port, list(attempts)))

    def accepts(self, document: Mapping[str, str]) -> dict[str, bool]:
        """Log in every account with its password of a document: account -> was it accepted?"""
        accepted = self.logins((jid, document[key]) for jid, key in ACCOUNTS.items())
        return dict(zip(ACCOUNTS, accepted, strict=True))

    def bridges_seen(self, document: Mapping[str, str]) -> list[str]:
        """Let jicofo open the bridges' room and a bridge join it: the nicknames that jicofo sees there."""
        return asyncio.run(_bridges_seen(self.port, document))

    def turn_credentials(self) -> tuple[str, str]:
        """User name and password that a guest gets for TURN."""
        return asyncio.run(_turn_credentials(self.port))


def _client(port: int, jid: str, password: str) -> tuple[Any, asyncio.Future[bool]]:
    """A connecting client, and whether its login was accepted, once that is known."""
    from slixmpp import ClientXMPP

    client = ClientXMPP(jid, password)
    # As jicofo, the bridge and jibri are set up: encrypted, whoever signed the certificate.
    client.ssl_context.check_hostname = False
    client.ssl_context.verify_mode = ssl.CERT_NONE
    client.enable_direct_tls = False
    logging.getLogger("slixmpp").addHandler(logging.NullHandler())
    accepted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def settle(value: bool) -> None:
        if not accepted.done():
            accepted.set_result(value)

    client.add_event_handler("session_start", lambda _: settle(True))
    # A failure for any other reason is no answer about the password, and runs into the time limit.
    client.add_event_handler("failed_auth", lambda stanza: stanza["condition"] == "not-authorized" and settle(False))
    client.connect("127.0.0.1", port)
    return client, accepted


async def _login(port: int, jid: str, password: str) -> tuple[Any, bool]:
    client, accepted = _client(port, jid, password)
    return client, await asyncio.wait_for(accepted, LOGIN_SECONDS)


async def _logout(client: Any) -> None:
    await client.disconnect(wait=0)


async def _logins(port: int, attempts: list[tuple[str, str]]) -> list[bool]:
    results = await asyncio.gather(*(_login(port, jid, password) for jid, password in attempts))
    await asyncio.gather(*(_logout(client) for client, _ in results))
    return [accepted for _, accepted in results]


async def _bridges_seen(port: int, document: Mapping[str, str]) -> list[str]:
    jicofo, bridge = [
        (await _login(port, jid, document[ACCOUNTS[jid]]))[0]
        for jid in ("focus@auth.meet.jitsi", "jvb@auth.meet.jitsi")
    ]
    seen: list[str] = []
    arrived = asyncio.Event()

    def presence(stanza: Any) -> None:
        nick = stanza["from"].resource
        if nick != "focus" and stanza["type"] == "available":
            seen.append(nick)
            arrived.set()

    jicofo.add_event_handler(f"muc::{BREWERY}::got_online", presence)
    for client, nick in ((jicofo, "focus"), (bridge, "bridge-1")):
        client.register_plugin("xep_0045")
        await client.plugin["xep_0045"].join_muc_wait(BREWERY, nick, timeout=LOGIN_SECONDS)
    await asyncio.wait_for(arrived.wait(), LOGIN_SECONDS)
    await asyncio.gather(_logout(jicofo), _logout(bridge))
    return seen


async def _turn_credentials(port: int) -> tuple[str, str]:
    guest, _ = await _login(port, GUEST, "")
    request = guest.make_iq_get(ito=GUEST)
    request.append(_element("{urn:xmpp:extdisco:2}services"))
    answer = await request.send(timeout=LOGIN_SECONDS)
    service = answer.xml.find(".//{urn:xmpp:extdisco:2}service")
    await _logout(guest)
    return service.get("username"), service.get("password")


def _element(name: str) -> Any:
    from xml.etree.ElementTree import Element

    return Element(name)
