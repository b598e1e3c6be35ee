# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from functools import cache
from unittest import mock

import pytest


@pytest.fixture(scope="module", autouse=True)
def _time_zones_are_read_once() -> Iterator[None]:
    """Reading the names from disk takes longer than all other checks."""
    with mock.patch.object(zoneinfo, "available_timezones", cache(zoneinfo.available_timezones)):
        yield
