# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The daily look at the certificates: what is read of AWS, and when a message is sent."""

from __future__ import annotations

import datetime
import re
from types import SimpleNamespace

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import certificates
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.cloud import DAY, Cloud, Names
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.recordings import publish
from support.server import ROOT

NOW = 1_800_000_000.0
DOMAIN = "meet.example.org"
ENVIRONMENT = {"PLATFORM": "meet", "DOMAIN": DOMAIN, "ZONE_ID": "Z1"}


class Fake:
    """A cloud that says how long the certificates last, and keeps what it is told."""

    def __init__(self, entrance, origin):
        self.entrance, self.origin = entrance, origin
        self.names = SimpleNamespace(domain=DOMAIN, platform="meet")
        self.lines, self.mails = [], []
        self.log = self.lines.append

    def now(self):
        return NOW

    def entrance_certificate_ends(self):
        return None if self.entrance is None else NOW + self.entrance * DAY

    def origin_certificate_days(self):
        return None if self.origin is None else (NOW - 3 * DAY, self.origin)

    def warn(self, subject, text):
        self.mails.append((subject, text))


@pytest.mark.parametrize(
    ("entrance", "origin", "mails"),
    [
        (100, 60, []),
        # Asleep for long, or never awake yet, or without a certificate yet: nothing is wrong.
        (20, 7, []),
        (None, None, []),
        (19.9, 60, [certificates.ENTRANCE]),
        (-1, 60, [certificates.ENTRANCE]),
        (100, 6.9, [certificates.ORIGIN]),
        (3, -2, [certificates.ENTRANCE, certificates.ORIGIN]),
    ],
)
def test_only_what_was_not_renewed_is_told(entrance, origin, mails):
    cloud = Fake(entrance, origin)
    certificates.look(cloud)
    texts = [text for _subject, text in cloud.mails]
    days = [
        value for value, text in ((entrance, certificates.ENTRANCE), (origin, certificates.ORIGIN)) if text in mails
    ]
    names = {"domain": DOMAIN, "host": f"origin.{DOMAIN}"}
    assert texts == [text.format(**names, days=max(left, 0)) for text, left in zip(mails, days, strict=True)]
    assert {subject for subject, _text in cloud.mails} <= {"meet: certificate expiring"}
    (line,) = cloud.lines
    assert line["event"] == "certificates"
    assert line.get("origin_days") == origin
    assert set(line) - {"event"} == {
        name for name, value in (("entrance_days", entrance), ("origin_days", origin)) if value is not None
    }


def test_messages_name_a_runbook_that_is_there():
    for text in (certificates.ENTRANCE, certificates.ORIGIN):
        assert (ROOT / re.search(r"Runbook: (playbooks/runbooks/\w+\.yml)$", text).group(1)).is_file()


def test_once_a_day():
    begin = NOW // DAY * DAY
    assert [minute for minute in range(2 * 1440) if certificates.due(begin + minute * 60 + 31)] == [540, 1980]


def certificate(name, days):
    """A certificate of our own and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begin = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, begin, begin + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return made.public_bytes(pem), key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_what_aws_says(aws):
    now = datetime.datetime.now(datetime.UTC).timestamp()
    cloud = Cloud(aws.client, Names.from_environment(ENVIRONMENT), now=lambda: now)
    assert cloud.entrance_certificate_ends() is None
    assert cloud.origin_certificate_days() is None
    for name, days in ((DOMAIN, 30), (DOMAIN, 50), ("other.example.org", 90)):
        public, private = certificate(name, days)
        aws.client("acm").import_certificate(Certificate=public, PrivateKey=private)
    assert (cloud.entrance_certificate_ends() - now) / DAY == pytest.approx(50, abs=0.01)
    watch = aws.client("cloudwatch")
    # Old; then within one hour about to end, and renewed.
    for ago, days in ((9 * DAY, 20.0), (2 * DAY, 11.0), (2 * DAY, 89.9)):
        publish(watch, "meet", "CertificateDays", [(datetime.datetime.fromtimestamp(now - ago, datetime.UTC), days)])
    when, days = cloud.origin_certificate_days()
    assert days == 89.9
    assert now - when == pytest.approx(2 * DAY, abs=3700)


def test_a_message_goes_to_the_topic(aws):
    topic = aws.client("sns").create_topic(Name="meet-alerts")["TopicArn"]
    aws.calls.clear()
    Cloud(aws.client, Names.from_environment({**ENVIRONMENT, "TOPIC": topic})).warn("x" * 200, "text")
    assert aws.calls == ["sns:Publish"]
