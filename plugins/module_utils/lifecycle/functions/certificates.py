# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Once a day a look at how long the certificates are still valid, and a message when one was not renewed in time.

An alarm of CloudWatch would cost, and ACM announces the end of a certificate in another region than the platform's.
"""

from __future__ import annotations

from .cloud import DAY, Cloud
from .state import MINUTE

# ACM renews 60 days before the end, or when a third of a shorter life is left; Caddy with a third left, which is 15
# days of the shortest (45, from February 2028). With fewer days something keeps them from it.
ENTRANCE_DAYS = 20
ORIGIN_DAYS = 7
# Minute of the day, in UTC. A call that is missed is made good tomorrow.
LOOK_AT = 9 * 60

ENTRANCE = (
    "The certificate of {domain} (ACM, us-east-1) ends in {days:.0f} days and was not renewed. Then nobody can open "
    "the page. ACM renews it as long as the zone has the CNAME record that proves whose the domain is: run "
    "playbooks/site.yml --tags edge, which puts it back. Runbook: playbooks/runbooks/verify.yml"
)
ORIGIN = (
    "The certificate of {host} (Caddy) had {days:.0f} days left when the platform was last awake, and was not "
    "renewed. Once it has ended, visitors get the wake page for ever. Caddy says why in its lines that have "
    '"logger":"tls. Runbook: playbooks/runbooks/logs.yml'
)


def due(now: float) -> bool:
    """Whether it is the minute of the daily look."""
    return int(now // MINUTE) % (DAY // MINUTE) == LOOK_AT


def look(cloud: Cloud) -> None:
    """Print how many days are left, and send a message for each certificate that has too few."""
    domain, host = cloud.names.domain, cloud.names.records["origin"]
    ends, told = cloud.entrance_certificate_ends(), cloud.origin_certificate_days()
    # Seconds since 1970 -> days from now. What Caddy told counts as it was told: it renews as soon as it runs again.
    left = {"entrance": (ends - cloud.now()) / DAY if ends is not None else None, "origin": told[1] if told else None}
    cloud.log(
        {"event": "certificates", **{f"{name}_days": round(days, 1) for name, days in left.items() if days is not None}}
    )
    for name, least, text in (("entrance", ENTRANCE_DAYS, ENTRANCE), ("origin", ORIGIN_DAYS, ORIGIN)):
        days = left[name]
        if days is not None and days < least:
            cloud.warn(
                f"{cloud.names.platform}: certificate expiring",
                text.format(domain=domain, host=host, days=max(days, 0)),
            )
