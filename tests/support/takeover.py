# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Accounts that versions of the collection have made, for tests that later versions take them over.

``python tests/support/takeover.py`` records the account of galaxy.yml's version, when that is released: the requests
that site.yml with inventories/local sends to an empty one, a JSON object a line, without what belongs to the machine or
to the signature. Passwords are replaced by numbers of the same form. No later version can make that file.
"""

from __future__ import annotations

import json
import lzma
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import account
from support.faults import Faults
from support.playbooks import run_playbook
from support.replay import Request
from support.server import ROOT, AwsServer

# Headers that say what is asked; not those of its signature and its checksums.
HEADERS = re.compile(r"CONTENT_TYPE|HTTP_X_AMZN?_(?!DATE|CONTENT_SHA256|CHECKSUM|SDK)\w+")
SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+/[^/]+)/")


def file_of(version: str) -> Path:
    """Where the account of a version is."""
    return ROOT / "tests" / "data" / f"account-{version}.jsonl.xz"


def load(version: str) -> list[Request]:
    """The requests that made the account of a version, for ``restore``."""
    with lzma.open(file_of(version), "rt", encoding="utf-8") as file:
        return [_request(json.loads(line)) for line in file]


def restore(aws: AwsServer, requests: Iterable[Request]) -> None:
    """Bring the account to the state after these requests. Each gets the ids that it got when it was recorded, since
    they follow from the request alone."""
    aws.wrap(Faults)
    try:
        aws.restore(requests)
    finally:
        aws.unwrap()


def _request(kept: dict[str, Any]) -> Request:
    from werkzeug.test import EnvironBuilder

    body = kept["body"].encode()
    builder = EnvironBuilder(kept["path"], "http://127.0.0.1", method=kept["method"], data=body)
    scope = f"AWS4-HMAC-SHA256 Credential=testing/20260101/{kept['scope']}/aws4_request"
    return Request(
        kept["name"], {**builder.get_environ(), **kept["headers"], "HTTP_AUTHORIZATION": scope}, body, kept["status"]
    )


def _kept(request: Request, passwords: dict[str, str]) -> dict[str, Any]:
    """A request, as it is written."""
    scope = SCOPE.search(request.environ["HTTP_AUTHORIZATION"])
    assert scope is not None, request.name
    body = request.body.decode()
    for value, number in passwords.items():
        body = body.replace(value, number)
    return {
        "name": request.name,
        "status": request.status,
        "method": request.environ["REQUEST_METHOD"],
        "path": request.environ["RAW_URI"],
        "scope": scope.group(1),
        "headers": {key: value for key, value in sorted(request.environ.items()) if HEADERS.fullmatch(key)},
        "body": body,
    }


def _passwords() -> dict[str, str]:
    """The passwords of the account, and the numbers that stand for them."""
    (document,) = account.secrets().values()
    values = json.loads(document).values()
    return {value: f"{number:0{len(value)}x}" for number, value in enumerate(values, 1)}


def record() -> Path:
    """Run site.yml on an empty account, and write what makes the same account; returns the file."""
    aws = AwsServer()
    aws.wrap(Faults)
    with tempfile.TemporaryDirectory() as home:

        def build() -> None:
            variables = {"jitsi_aws_endpoint_url": aws.url}
            run = run_playbook(["playbooks/site.yml"], Path(home), extra_vars=variables, quick=True)
            assert run.rc == 0, str(run)

        requests = aws.record(build)
    made, passwords = account.contents(), _passwords()
    aws.unwrap()
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    with lzma.open(file_of(version), "wt", encoding="utf-8", preset=9) as file:
        file.writelines(json.dumps(_kept(request, passwords)) + "\n" for request in requests)
    restore(aws, load(version))
    wrong = account.differences(made, account.contents())
    aws.stop()
    # CloudFront has one of them.
    assert all(any(value in line for value in passwords) for line in wrong), wrong
    return file_of(version)


if __name__ == "__main__":
    # Nothing that this user has set may reach the emulator.
    for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    print(record())
