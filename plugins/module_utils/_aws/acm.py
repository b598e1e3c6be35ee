# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""AWS Certificate Manager calls."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .pages import pages
from .tags import set_tags, tag_dict, tag_list

Described = dict[str, Any]
DELAY_SECONDS = 5


def list_certificates(client: Any) -> list[Described]:
    """ListCertificates: summaries of all of the region with RSA keys of 2048 bits, as ACM makes them unless asked."""
    return pages(client, "list_certificates", "CertificateSummaryList")


def describe(client: Any, arn: str) -> Described:
    """DescribeCertificate."""
    found: Described = client.describe_certificate(CertificateArn=arn)["Certificate"]
    return found


def read_tags(client: Any, arn: str) -> dict[str, str]:
    """ListTagsForCertificate, without the tags that AWS sets itself."""
    return tag_dict(client.list_tags_for_certificate(CertificateArn=arn)["Tags"])


def request(client: Any, names: Sequence[str], tags: Mapping[str, str]) -> str:
    """RequestCertificate, to be validated by DNS, with its tags; return the ARN."""
    more = {"SubjectAlternativeNames": list(names[1:])} if names[1:] else {}
    answer = client.request_certificate(
        DomainName=names[0],
        ValidationMethod="DNS",
        # The same token in every retry: a lost answer does not make a second certificate.
        IdempotencyToken=uuid.uuid4().hex,
        Tags=tag_list(tags),
        **more,
    )
    return str(answer["CertificateArn"])


def wait(client: Any, arn: str, seconds: int, done: Callable[[Described], bool]) -> tuple[Described, bool]:
    """Poll DescribeCertificate until it is done: (certificate, whether it was in time)."""
    deadline = time.monotonic() + seconds
    while True:
        found = describe(client, arn)
        if done(found):
            return found, True
        if time.monotonic() > deadline:
            return found, False
        time.sleep(DELAY_SECONDS)


def tag(client: Any, arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """AddTagsToCertificate and RemoveTagsFromCertificate, each only if needed."""
    set_tags(
        current,
        wanted,
        lambda missing: client.add_tags_to_certificate(CertificateArn=arn, Tags=tag_list(missing)),
        lambda strays: client.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": key} for key in strays]),
    )


def delete(client: Any, arn: str, seconds: int) -> None:
    """DeleteCertificate. ACM refuses while something uses it, and learns of a deletion some time later."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            client.delete_certificate(CertificateArn=arn)
            return
        except client.exceptions.ResourceInUseException:
            if time.monotonic() > deadline:
                raise
        time.sleep(DELAY_SECONDS)
