# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lets a run end at one of its calls to AWS, as if its process had been killed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

from botocore.client import BaseClient

from .recorder import is_mutating


class Died(BaseException):
    """The process is gone."""


@contextlib.contextmanager
def dies_before(number: int) -> Iterator[None]:
    """End the run before its call of this number, from 0, among those that change something."""
    make_call, seen = BaseClient._make_api_call, 0

    def call(client: Any, operation: str, parameters: Any) -> Any:
        nonlocal seen
        if is_mutating(f"{client.meta.service_model.signing_name}:{operation}"):
            if seen == number:
                raise Died
            seen += 1
        return make_call(client, operation, parameters)

    with mock.patch.object(BaseClient, "_make_api_call", call):
        yield
