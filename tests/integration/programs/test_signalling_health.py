# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""When ECS ends the signalling task: the very check of the task definition, under the rules that ECS applies to it.

The check runs once in every situation, in a network namespace. What ECS makes of a day with such situations is counted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from support import documents, signalling
from support.ecs_health import HEALTHY, UNHEALTHY, UNKNOWN, container_health, task_health
from support.programs import need
from support.signalling import FAILING, NO_BRIDGE, NONE, NOT_THERE, PASSING, PING, WELL, Situation, Verdict

# What jicofo does, in seconds: it looks at itself, from its start on; forgets its bridges when its connection is lost;
# finds a killed bridge gone.
LOOKS, FORGETS, MISSES = 10, 15, 23
HALF_AN_HOUR = 1800
DELAYS = (0, 1, 7, 12, 23, 40, 55)


@pytest.fixture(scope="module")
def containers(tmp_path_factory):
    rendered = documents.render(tmp_path_factory.mktemp("documents"))
    (task,) = (task for task in rendered["task_definitions"] if task["family"].endswith("signalling"))
    return task["containerDefinitions"]


@pytest.fixture(scope="module")
def jicofo(containers):
    return next(container for container in containers if container["name"] == "jicofo")


@pytest.fixture(scope="module")
def judged(jicofo):
    """What the check says of every situation."""
    need("bash", "curl", "ip", "unshare")
    kind, *command = jicofo["healthCheck"]["command"]
    assert kind == "CMD"
    return signalling.judge(command, [*PASSING, *FAILING])


@dataclass(frozen=True)
class Day:
    """When, in seconds after the task's start, jicofo answers, prosody does, which bridges jicofo has, and when it is
    cut off from prosody and does not connect anew."""

    jicofo: int = 5
    prosody: int = 2
    bridges: tuple[tuple[int, int], ...] = ()
    cut: int = 10**6

    def situation(self, second: int) -> Situation:
        if second < self.jicofo:
            return NOT_THERE
        looked = second - (second - self.jicofo) % LOOKS
        if looked == self.jicofo:
            said = WELL
        elif looked >= self.cut + FORGETS or not any(come <= looked < gone for come, gone in self.bridges):
            said = NO_BRIDGE
        else:
            said = WELL if looked < self.cut else PING
        connected = max(self.jicofo, self.prosody) < second < self.cut
        return said if connected else said._replace(connection=NONE)


def history(containers, judged, day: Day):
    """What becomes of the signalling task's health when nothing is wrong with its other containers."""
    checks = {container["name"]: lambda _second: True for container in containers}
    checks["jicofo"] = lambda second: judged[day.situation(second)].passes
    return task_health(containers, checks, HALF_AN_HOUR)


@pytest.mark.parametrize("situation", PASSING)
def test_a_bridge_that_is_missing_is_no_fault_of_signalling(judged, situation):
    assert judged[situation].passes, judged[situation]


@pytest.mark.parametrize("situation", FAILING)
def test_all_else_is(jicofo, judged, situation):
    passes, seconds, printed = judged[situation]
    assert not passes
    assert seconds < jicofo["healthCheck"]["timeout"]
    assert printed.startswith("jicofo ")


@pytest.mark.parametrize("situation", FAILING)
@pytest.mark.parametrize("since", [0, 20, 65, 600])
def test_ecs_ends_the_task_for_each_of_them(jicofo, judged, situation, since):
    """Within the start period it waits for that to end; later the third failure in a row is one too many."""
    found = container_health(
        jicofo["healthCheck"], lambda second: judged[situation if second > since else WELL].passes, HALF_AN_HOUR
    )
    expected = [(0, UNKNOWN), (90 if since == 0 else since // 10 * 10 + 30, UNHEALTHY)]
    assert found == ([expected[0], (10, HEALTHY), expected[1]] if since else expected)


@pytest.mark.parametrize("situation", FAILING)
def test_a_moment_of_it_is_forgiven(jicofo, judged, situation):
    bad = {120, 130, 150, 160}
    found = container_health(
        jicofo["healthCheck"], lambda second: judged[situation if second in bad else NO_BRIDGE].passes, HALF_AN_HOUR
    )
    assert found == [(0, UNKNOWN), (10, HEALTHY)]


def lives() -> Iterable[tuple[tuple[int, int], ...]]:
    """Bridges as jicofo sees them: never, from the beginning or late, lost and back after seconds or ten minutes."""
    yield ()
    for come in (0, 3, 30, 60, 300, 900):
        yield ((come, HALF_AN_HOUR),)
        for gone, back in itertools.product((come + 20, come + 200), (4, 60, 600)):
            yield (come, gone + MISSES), (gone + MISSES + back, HALF_AN_HOUR)


def test_any_order_and_any_delay_ends_well_without_a_restart(containers, judged):
    days = [Day(*starts, bridges) for starts in itertools.product(DELAYS, DELAYS) for bridges in lives()]
    assert len(days) == len(set(days)) > 2000
    for day in days:
        found = history(containers, judged, day)
        assert [health for _, health in found] == [UNKNOWN, HEALTHY], day
        # At the second check after jicofo and prosody are both there.
        assert found[-1][0] <= max(day.jicofo, day.prosody) + 20


def test_a_lost_connection_is_never_hidden_by_a_missing_bridge(containers, judged):
    for cut, bridges in itertools.product((61, 130, 400, 1200), lives()):
        found = history(containers, judged, Day(bridges=bridges, cut=cut))
        assert [health for _, health in found] == [UNKNOWN, HEALTHY, UNHEALTHY], (cut, bridges)
        assert found[-1][0] <= cut + 30


def test_jicofos_own_check_would_end_signalling_and_its_text_alone_would_hide_a_lost_connection(containers, judged):
    """That these days can tell a wrong check from the right one."""
    own = {situation: Verdict(situation.status == 200, 0, "") for situation in judged}
    killed = Day(bridges=((0, 300 + MISSES),))
    assert [health for _, health in history(containers, own, killed)] == [UNKNOWN, HEALTHY, UNHEALTHY]
    assert history(containers, own, Day())[-1] == (40, UNHEALTHY)
    text = {one: Verdict(one.status == 200 or one.text == NO_BRIDGE.text, 0, "") for one in judged}
    cut = Day(bridges=((0, HALF_AN_HOUR),), cut=400)
    assert [health for _, health in history(containers, text, cut)] == [UNKNOWN, HEALTHY]


def test_one_essential_container_is_enough_to_end_a_task(containers):
    """And the sidecars are not: what ECS's rules say of a task."""
    fails = {container["name"]: lambda _second: False for container in containers}
    passes = {container["name"]: lambda _second: True for container in containers}
    assert task_health(containers, passes, 60) == [(0, UNKNOWN), (10, HEALTHY)]
    essential = {container["name"] for container in containers if container["essential"]}
    assert essential == {"caddy", "web", "prosody", "jicofo"}
    for name in essential:
        assert task_health(containers, {**passes, name: fails[name]}, 600) == [(0, UNKNOWN), (90, UNHEALTHY)]
