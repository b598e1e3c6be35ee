# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The real coturn with the scripts of its containers, in a network namespace that looks like a bridge task."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support import turn, turn_task
from support.programs import ROLE, need, render

VARS = ROLE / "vars" / "main"
COMMON = yaml.safe_load((VARS / "common.yml").read_text())
BRIDGE = yaml.safe_load((VARS / "bridge.yml").read_text())
LIMITS = COMMON["_ecs_service_turn_limits"]
VARIABLES = {
    **{name: value for name, value in COMMON.items() if name.startswith(("_ecs_service_turn_", "_ecs_service_stun_"))},
    "ecs_service_turn_port": turn.PORT,
    "ecs_service_turn_host": turn.HOST,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("turn")


@pytest.fixture(scope="module")
def happened(folder):
    """Play everything once; every test looks at another part of what happened."""
    need("awk", "base64", "bash", "getent", "gunzip", "ip", "mount", "ss", "turnadmin", "turnserver", "unshare")
    role = {
        "coturn": render("coturn.sh.j2", **VARIABLES),
        "stun": render("stun.sh.j2", **VARIABLES),
        "question": BRIDGE["_ecs_service_stun_question"],
        "relays": f"port={turn.PORT} kept=/tmp/relays\n{(ROLE / 'files' / 'relays.sh').read_text()}",
        "limits": LIMITS,
    }
    for name in ("coturn", "stun"):
        # The folder is where the container has it; nobody waits for a test.
        role[name] = role[name].replace("/address/", "/mnt/address/").replace("sleep 5", "sleep 0.3")
    (folder / "role.json").write_text(json.dumps(role))
    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", sys.executable, "-m", turn_task.__name__, str(folder)],
        cwd=Path(turn_task.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + (folder / "log").read_text()[-5000:]
    return json.loads(done.stdout)


def test_a_participant_without_udp_reaches_the_bridge_over_tcp(happened):
    assert (happened["allocate"], happened["relayed address"]) == (0, turn.PUBLIC)
    for name in ("public", "private"):
        assert happened[f"permit {name}"] == 0
        assert happened[f"bridge got over {name}"] == [f"media to {name}", turn.PRIVATE]
        assert happened[f"participant got over {name}"] == "media back"
    assert happened["bind allowed"] == 0


# 403 Forbidden, 443 Peer Address Family Mismatch
@pytest.mark.parametrize("host", turn_task.FORBIDDEN)
def test_nobody_but_bridges_is_reached(happened, host):
    assert happened["permit forbidden"][host] in (403, 443)
    assert happened["bind forbidden"][host] in (403, 443)


def test_what_is_sent_without_permission_arrives_nowhere(happened):
    assert "neighbour got" not in happened


def test_every_bridge_that_the_name_lists_is_reached_and_no_other(happened):
    alone = {turn.PUBLIC: 0, turn.OTHER: 403, turn.LATER: 403, turn.STRANGER: 403}
    assert happened["at the start"] == alone
    assert happened["the other got"] == "media to another bridge"
    assert happened["participant got of the other"] == "media back"
    assert happened["later, before it is there"] == 403
    assert happened["database"] == sorted([turn.PUBLIC, turn.OTHER, turn.LATER])
    assert happened["permit at last"] == {turn.PUBLIC: 0, turn.LATER: 0, turn.STRANGER: 403}
    # The server looks every 5 seconds.
    waits = [seconds for name, seconds in happened.items() if name.startswith("seconds until")]
    assert len(waits) == 3
    assert max(waits) < 10


@pytest.mark.parametrize("what", ["no answer", "a failure", "lies alone"])
def test_a_name_that_says_nothing_of_use_changes_nothing(happened, what):
    assert happened[f"database after {what}"] == happened["database"]


def test_a_name_that_leads_elsewhere_opens_nothing(happened):
    assert happened["database at last"] == sorted([turn.PUBLIC, turn.LATER])
    assert happened["permit lies"] == dict.fromkeys(turn_task.POISON, 403)


def test_nothing_gathers_in_the_small_file_system(happened):
    assert set(happened["left in /tmp"]) <= {"turndb", "turndb-journal", "turnserver.conf", "turnserver.pid"}


def test_the_database_is_what_the_script_says(tmp_path):
    packed = COMMON["_ecs_service_turn_database"]
    (tmp_path / "db").write_bytes(gzip.decompress(base64.b64decode(packed, validate=True)))
    with sqlite3.connect(tmp_path / "db") as database:
        made = [f"{row[0]};" for row in database.execute("select sql from sqlite_master where sql is not null")]
    told = [line[4:] for line in (ROLE / "templates" / "coturn.sh.j2").read_text().splitlines() if line[4:10] == "create"]
    assert [line.replace(" ", "").lower() for line in made] == [line.replace(" ", "") for line in told]


def test_only_credentials_of_prosody_that_have_not_expired_are_taken(happened):
    assert len(happened["refused"]) == 5
    assert set(happened["refused"].values()) == {401}


def test_it_relays_udp_over_ipv4_only_and_listens_on_tcp_only(happened):
    assert happened["TCP relay"] in (400, 403, 442)
    assert happened["IPv6 relay"] == 440
    assert happened["UDP"] == "refused"


def test_whoever_asks_is_told_the_address_and_nothing_else(happened):
    # As a router would see it that counts down from 64; Debian's version does.
    answer = [turn.BINDING | turn.SUCCESS, 32, turn.NEIGHBOUR, 64]
    assert happened["STUN"][0] == answer[0]
    assert happened["STUN"][2:] == answer[2:]
    assert happened["STUN"][1] <= 100, "who forges an address has little of it"
    assert happened["STUN that asks for another way back"][1] == happened["STUN"]
    assert happened["allocation at STUN"] != turn.ALLOCATE | turn.SUCCESS


def test_the_health_checks_tell_who_answers(happened):
    assert happened["checks"] == [False]


def test_who_takes_all_has_bounds_that_no_office_meets(happened):
    assert happened["30 visitors of one second"] == [240, 0]
    assert happened["one name"] == [LIMITS["user_allocations"], 486]
    assert happened["one more name"] == [1, 0]
    assert 240 + LIMITS["user_allocations"] + 1 + happened["all names"] == LIMITS["allocations"]
    assert happened["when all is taken"] == [0, 486]


def test_one_allocation_has_a_bounded_bandwidth(happened):
    sent, heard = happened["bytes of the attacker"]
    # Three seconds touch four of the server's.
    assert heard <= 4 * LIMITS["bytes_per_second"] < sent
    sent, heard = happened["bytes of the participant"]
    assert heard == sent


def test_who_relays_media_counts_and_who_does_not_does_not(happened):
    found = {name: counted["relays"] for name, counted in happened["relays"].items()}
    assert found == {
        "at first": 0,
        "in a call": 1,
        "in a silent call, minute 0": 1,
        "in a silent call, minute 1": 1,
        "in a silent call, minute 2": 1,
        "after a minute without": 0,
        "in the call again": 1,
        "and still": 1,
        "after it": 0,
    }


def test_a_stop_waits_for_those_whom_it_serves(happened):
    stop = happened["stop"]
    if stop["can drain"]:
        assert "error" not in stop, stop
        assert {"running": True, "bridge got while it ends": "still here"}.items() <= stop.items()
    else:
        # Older versions end at the signal.
        assert "error" in stop
    assert stop["ended"] == 0 or not stop["can drain"]


PROGRAMS = {
    "turnserver": """trap 'echo drains >>log; touch drains' USR1; echo started >>log
until [ -e drains ] && [ -e idle ]; do sleep 0.05 & wait $!; done; echo ended >>log; exit 7""",
    "turnadmin": "",
    "getent": "",
}


def test_a_stop_is_told_to_the_server_which_ends_the_container(tmp_path):
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(f"#!/bin/bash\ncd {tmp_path}\n{text}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "address").mkdir()
    for name in ("public", "private"):
        (tmp_path / "address" / name).write_text("203.0.113.7\n")
    script = render("coturn.sh.j2", **VARIABLES).replace("/tmp/", f"{tmp_path}/").replace("/address/", f"{tmp_path}/address/")
    log = tmp_path / "log"
    process = subprocess.Popen(["bash", "-c", script], env={"PATH": f"{tmp_path}:/usr/bin:/bin", "TURN_CREDENTIALS": "secret"})
    turn_task.until(lambda: log.exists() and "started" in log.read_text())
    process.terminate()
    turn_task.until(lambda: "drains" in log.read_text())
    assert process.poll() is None, "somebody is still served"
    (tmp_path / "idle").touch()
    assert process.wait(timeout=20) == 7
    assert log.read_text().split() == ["started", "drains", "ended"]


def test_the_secret_shows_nowhere(happened, folder):
    assert happened["processes"] >= 3
    assert happened["secret shows"] == []
    assert happened["mode"] == 0o600
    assert turn.SECRET not in (folder / "log").read_text()
