# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The floor: requests of a run of site.yml, sent once more by a program that does nothing else.

    floor.py REQUESTS.pickle ENDPOINT_URL

What it takes is the emulator's part of that run, and no playbook that asks the same can be faster.
"""

from __future__ import annotations

import http.client
import pickle
import sys
import urllib.parse
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.replay import Request

# What HTTP itself makes of a body and of an address.
OTHERS = ("HTTP_HOST", "HTTP_CONNECTION", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT")


def headers(request: Request) -> dict[str, str]:
    """The headers of a recorded request."""
    return {
        name.removeprefix("HTTP_").replace("_", "-"): value
        for name, value in request.environ.items()
        if (name.startswith("HTTP_") and name not in OTHERS) or (name == "CONTENT_TYPE" and value)
    }


def send(requests: Iterable[Request], url: str) -> None:
    """Send the requests one after the other. Each must be answered as it was."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
    for request in requests:
        environ = request.environ
        connection.request(environ["REQUEST_METHOD"], environ["REQUEST_URI"], request.body, headers(request))
        answer = connection.getresponse()
        answer.read()
        assert answer.status == int(request.status[:3]), (
            f"{request.name} was answered {request.status}: {answer.status}"
        )


if __name__ == "__main__":
    send(pickle.loads(Path(sys.argv[1]).read_bytes()), sys.argv[2])
