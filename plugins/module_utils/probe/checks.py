# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The way of a participant into a meeting, step by step, each timed."""

from __future__ import annotations

import datetime as dt
import functools
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..health.check import BAD, OK, STATES, WARN, Check
from . import net, turn, xmpp

SKIPPED = "skipped"
RUNBOOKS = "playbooks/runbooks"
# A page of the web container has the first, and the wake page the second.
PAGE, WAKE_PAGE = "lib-jitsi-meet", "/_wake"


@dataclass(frozen=True)
class Target:
    """What to try. ``turn_address`` is connected to instead of the name that prosody gives."""

    site: net.Site
    seconds: float
    xmpp_domain: str = "meet.jitsi"
    room: str = ""
    turn_address: str = ""
    bridges: tuple[str, ...] = ()
    bridge_port: int = 10000
    # How many days the certificate should still be valid.
    days: int = 10


def worst(found: Iterable[Mapping[str, Any]]) -> str:
    """The worst state of some steps, of those that were taken."""
    return max((each["state"] for each in found if each["state"] in STATES), key=STATES.index, default=OK)


@dataclass
class Verification:
    """The results so far. Later steps stand on earlier ones, and are skipped without them."""

    target: Target
    checks: list[dict[str, Any]]

    def run(self) -> list[dict[str, Any]]:
        """Take every step."""
        todo = f"{RUNBOOKS}/logs.yml -e logs_components="
        entrance = f"{RUNBOOKS}/health.yml tells whether the name leads to the platform"
        if not self.step("TLS", self._tls, f"{entrance}; {todo}caddy"):
            return self.skip("page", "settings", "websocket", "login", "relay credentials", "media over TCP 4443")
        self.step("page", self._page, f"{entrance}; {todo}caddy,web")
        self.step("settings", self._settings, f"{todo}web")
        if self.step("websocket", self._websocket, f"{todo}web,prosody"):
            self._signalling(f"{todo}prosody,jicofo")
        else:
            self.skip("login", "relay credentials", "media over TCP 4443")
        for address in self.target.bridges:
            self.step(f"media over UDP {self.target.bridge_port}", functools.partial(self._udp, address), f"{todo}jvb")
        return self.checks

    def reach_xmpp(self) -> list[dict[str, Any]]:
        """Take only the steps to a login."""
        todo = f"{RUNBOOKS}/logs.yml -e logs_components="
        steps = (
            ("TLS", self._tls, f"does the name lead to the platform? {todo}caddy"),
            ("websocket", self._websocket, f"{todo}web,prosody"),
            ("login", self._login, f"{todo}prosody"),
        )
        for number, (name, take, advice) in enumerate(steps):
            if not self.step(name, take, advice):
                return self.skip(*(later for later, _take, _advice in steps[number + 1 :]))
        return self.checks

    def step(self, name: str, take: Callable[[], tuple[str, str]], todo: str) -> bool:
        """Take one step; returns whether it worked."""
        begin = time.monotonic()
        try:
            state, text = take()
        except net.ProbeError as error:
            state, text = BAD, str(error)
        except (OSError, ValueError, LookupError) as error:
            state, text = BAD, f"no sense in the answer ({type(error).__name__}: {error})"
        self._tell(Check(name, state, text, "" if state == OK else todo), time.monotonic() - begin)
        return state != BAD

    def skip(self, *names: str) -> list[dict[str, Any]]:
        """Say of steps that they could not be taken."""
        for name in names:
            self._tell(Check(name, SKIPPED, "not tried, since an earlier step failed"), 0)
        return self.checks

    def _tell(self, check: Check, seconds: float) -> None:
        self.checks.append({**asdict(check), "seconds": round(seconds, 3)})

    def _tls(self) -> tuple[str, str]:
        stream = net.connect_tls(self.target.site, net.Deadline(self.target.seconds))
        try:
            found = net.certificate(stream, dt.datetime.now(dt.UTC))
        finally:
            stream.close()
        names = ", ".join(found["names"])
        text = f"{found['version']}, certificate of {found['issuer']} for {names}, {found['days']:.0f} days left"
        return (WARN if found["days"] < self.target.days else OK), text

    def _page(self) -> tuple[str, str]:
        answer = net.get(self.target.site, f"/{self.target.room}", self.target.seconds)
        if WAKE_PAGE in answer.body:
            raise net.ProbeError("the wake page answers: the name does not lead to the tasks")
        if answer.status != 200 or PAGE not in answer.body:
            raise net.ProbeError(f"answered {answer.status}, and no page of Jitsi Meet")
        return OK, f"200, {len(answer.body)} characters"

    def _settings(self) -> tuple[str, str]:
        answer = net.get(self.target.site, "/config.js", self.target.seconds)
        if answer.status != 200 or self.target.xmpp_domain not in answer.body:
            raise net.ProbeError(f"config.js answered {answer.status}, and does not name {self.target.xmpp_domain}")
        return OK, f"config.js names {self.target.xmpp_domain}"

    def _open(self) -> xmpp.WebSocket:
        path = f"/xmpp-websocket?room={self.target.room}"
        return xmpp.open_socket(self.target.site, path, net.Deadline(self.target.seconds))

    def _websocket(self) -> tuple[str, str]:
        self._open().close()
        return OK, "upgraded to XMPP over WebSocket"

    def _login(self) -> tuple[str, str]:
        guest = xmpp.Guest(self._open(), self.target.xmpp_domain)
        try:
            return OK, f"anonymous, as {guest.login().partition('@')[2].partition('/')[0]}"
        finally:
            guest.close()

    def _signalling(self, todo: str) -> None:
        """Login, relay and room, on one connection."""
        guests: list[xmpp.Guest] = []
        relays: list[xmpp.TurnService] = []

        def login() -> tuple[str, str]:
            guests.append(xmpp.Guest(self._open(), self.target.xmpp_domain))
            return OK, f"anonymous, as {guests[0].login().partition('@')[2].partition('/')[0]}"

        def credentials() -> tuple[str, str]:
            guests[0].renew(net.Deadline(self.target.seconds))
            relays.extend(each for each in guests[0].turn_services() if each.transport == "tcp")
            if not relays:
                raise net.ProbeError("prosody names no relay over TCP")
            return OK, f"for {', '.join(f'{each.host}:{each.port}' for each in relays)}"

        try:
            if not self.step("login", login, todo):
                self.skip("relay credentials", "media over TCP 4443")
                return
            if self.step("relay credentials", credentials, todo):
                logs = f"{RUNBOOKS}/logs.yml -e logs_components=coturn; is port 4443 open on the way?"
                for relay in relays:
                    self.step(f"media over TCP {relay.port}", functools.partial(self._relay, relay), logs)
            else:
                self.skip("media over TCP 4443")
            if self.target.room:
                self.step(
                    "conference",
                    functools.partial(self._conference, guests[0]),
                    f"{RUNBOOKS}/logs.yml -e logs_components=jicofo",
                )
        finally:
            for guest in guests:
                guest.close()

    def _relay(self, service: xmpp.TurnService) -> tuple[str, str]:
        host = self.target.turn_address or service.host
        relay = turn.Relay(host, service.port, net.Deadline(self.target.seconds))
        try:
            return OK, f"{host} relays from {relay.allocate(service.username, service.password)}"
        finally:
            relay.close()

    def _conference(self, guest: xmpp.Guest) -> tuple[str, str]:
        domain = self.target.xmpp_domain
        guest.renew(net.Deadline(self.target.seconds))
        guest.open_room(self.target.room, f"focus.{domain}", f"muc.{domain}")
        return OK, f"jicofo leads one in {self.target.room}, which ends by itself"

    def _udp(self, address: str) -> tuple[str, str]:
        found = turn.ask_udp(address, self.target.bridge_port, min(2, self.target.seconds))
        if found == "closed":
            raise net.ProbeError(f"{address} says that nobody listens")
        if found == "answered":
            return OK, f"{address} answers"
        return SKIPPED, f"{address} is silent, as a bridge is to whoever is in no conference, and a firewall to all"
