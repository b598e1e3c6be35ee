# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The real coturn with the configuration of the container, in a network namespace that looks like a bridge task."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml
from support import namespace, turn
from support.programs import ROLE, need, render

COMMON = yaml.safe_load((ROLE / "vars" / "main" / "common.yml").read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("turn")


@pytest.fixture(scope="module")
def happened(folder):
    """Play the scenario once; every test looks at another part of what happened."""
    need("bash", "ip", "turnserver", "unshare")
    script = folder / "coturn.sh"
    script.write_text(
        render(
            "coturn.sh.j2",
            ecs_service_turn_port=turn.PORT,
            ecs_service_turn_host="turn.example.com",
            _ecs_service_turn_denied_peers=COMMON["_ecs_service_turn_denied_peers"],
        ).replace("/tmp/", f"{folder}/")
    )
    done = namespace.run("support.turn", str(script), str(folder))
    assert done.returncode == 0, done.stderr + (folder / "log").read_text()
    return json.loads(done.stdout)


def test_a_participant_without_udp_reaches_the_bridge_over_tcp(happened):
    assert (happened["allocate"], happened["relayed address"]) == (0, turn.PUBLIC)
    for name in ("public", "private"):
        assert happened[f"permit {name}"] == 0
        assert happened[f"bridge got over {name}"] == [f"media to {name}", turn.PRIVATE]
        assert happened[f"participant got over {name}"] == "media back"
    assert happened["bind allowed"] == 0


# 403 Forbidden, 443 Peer Address Family Mismatch
@pytest.mark.parametrize("host", turn.FORBIDDEN)
def test_nobody_but_the_bridge_is_reached(happened, host):
    assert happened["permit forbidden"][host] in (403, 443)
    assert happened["bind forbidden"][host] in (403, 443)


def test_what_is_sent_without_permission_arrives_nowhere(happened):
    assert "neighbour got" not in happened


def test_only_credentials_of_prosody_that_have_not_expired_are_taken(happened):
    assert len(happened["refused"]) == 5
    assert set(happened["refused"].values()) == {401}


def test_it_relays_udp_over_ipv4_only_and_listens_on_tcp_only(happened):
    assert happened["TCP relay"] in (400, 403, 442)
    assert happened["IPv6 relay"] == 440
    assert happened["UDP"] == "refused"


def test_the_secret_shows_nowhere(happened, folder):
    assert happened["secret shows"] == []
    assert stat.S_IMODE((folder / "turnserver.conf").stat().st_mode) == 0o600
    assert turn.SECRET not in Path(folder / "log").read_text()
