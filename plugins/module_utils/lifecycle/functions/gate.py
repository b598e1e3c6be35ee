# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who may wake the platform, and how often: PIN, key, and the limit of wakes a day."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from .cloud import Cloud
from .shared import Shared
from .state import AWAKE, MINUTE, Item, Settings

PIN_HEADER, KEY_HEADER = "x-wake-pin", "x-wake-key"
DAY, HOUR = 86400, 3600
# Wrong ones in an hour from one address, and from all: with six digits, a guess in a year's trying is unlikely.
TRIES, TRIES_IN_ALL = 5, 60
# How often a minute the secret is read, over all instances; and how long one keeps what it read (seconds).
READS, KEEP = 20, 30
# Of the wakes of a day one address may use this part, rounded up: it cannot lock the others out.
SHARES = 2
# What the function that looks at the figures tells while people meet, and how long that holds (seconds).
PEOPLE, PEOPLE_HOLDS = "people", 5 * MINUTE
# A network of a provider's customer at least, often more than one: whoever has it can choose among its addresses.
IPV6_NETWORK = 48

# HTTP status and body.
Refusal = tuple[int, dict[str, Any]]


class Gate:
    """What is asked of a visitor before the platform is woken."""

    def __init__(
        self,
        cloud: Cloud,
        settings: Settings,
        *,
        pin_required: bool = False,
        by_key: bool = False,
        wakes_per_day: int = 0,
    ) -> None:
        self._cloud, self._settings, self.shared = cloud, settings, Shared(cloud)
        self._pin_required, self._by_key, self._wakes_per_day = pin_required, by_key, wakes_per_day

    def refuses(self, headers: Mapping[str, str], address: str) -> Refusal | None:
        """Why this visitor may not wake it; None if nothing is asked, or the right PIN or key was given."""
        if self.has_key(headers):
            return self._check("key", headers[KEY_HEADER], self._cloud.wake_key, address)
        if self._pin_required:
            return self._check("pin", unquote(headers.get(PIN_HEADER, "")), self._cloud.pin, address)
        return None

    def has_key(self, headers: Mapping[str, str]) -> bool:
        """Whether it is a server with a key, right or not. It may wake without PIN, and as often as it likes."""
        return self._by_key and KEY_HEADER in headers

    def exhausted(self, item: Item | None, address: str) -> Refusal | None:
        """Why there are no wakes left for this address today; counts one if there are. While people meet, none is."""
        if not self._wakes_per_day or self._people_meet(item):
            return None
        now = self._cloud.now()
        day, retry = int(now // DAY), int(DAY - now % DAY)
        if not self.shared.take(f"wakes-{_bucket(address)}", day, -(-self._wakes_per_day // SHARES)):
            return 429, {"error": "share", "retry": retry}
        if not self.shared.take("wakes", day, self._wakes_per_day):
            return 429, {"error": "limit", "retry": retry}
        return None

    def _people_meet(self, item: Item | None) -> bool:
        if item is None or item.phase != AWAKE:
            return False
        told = self.shared.remember(PEOPLE, lambda: self._cloud.told(PEOPLE))
        return told is not None and self._cloud.now() - told[0] < PEOPLE_HOLDS

    def _check(self, what: str, given: str, read: Callable[[], str], address: str) -> Refusal | None:
        """None if it is right. A try is counted before it is judged, so that many at once do not slip through."""
        hour = int(self._cloud.now() // HOUR)
        # One counter for many addresses: no address is stored, and the table stays small.
        own = f"{what}-{_bucket(address)}"
        if not self.shared.take(own, hour, TRIES) or not self.shared.take(what, hour, TRIES_IN_ALL):
            return 429, {"error": f"{what} tries", "retry": int(HOUR - self._cloud.now() % HOUR)}
        wanted = self.shared.remember(what, lambda: self._read(read), KEEP)
        if wanted is None:
            self.shared.forget(what)
            return 503, {"error": "busy", "retry": MINUTE}
        if not wanted:
            # Required, but there is none: nobody gets in, rather than everybody.
            self._cloud.log({"event": "error", "where": what, "error": f"the secret document has no wake_{what}"})
            return 503, {"error": f"no {what}"}
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            return 403, {"error": what}
        self._cloud.give_back(own, hour)
        self._cloud.give_back(what, hour)
        return None

    def _read(self, read: Callable[[], str]) -> str | None:
        return read() if self.shared.take("reads", int(self._cloud.now() // MINUTE), READS) else None


def visitor(event: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """The visitor's address (of IPv6 the network). CloudFront adds it to X-Forwarded-For, after what was sent."""
    near = str(event["requestContext"]["http"].get("sourceIp", ""))
    forwarded = [part.strip() for part in headers.get("x-forwarded-for", "").split(",")]
    # Lambda may have added the address of CloudFront, which is the one that it says called.
    while forwarded and forwarded[-1] == near:
        forwarded.pop()
    try:
        address = ipaddress.ip_address(forwarded[-1] if forwarded else near)
    except ValueError:
        return near
    if address.version == 6:
        return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
    return str(address)


def _bucket(address: str) -> int:
    return hashlib.sha256(address.encode()).digest()[0]
