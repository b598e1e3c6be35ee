# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes drifts on an account that is as wanted, and looks whether a plan tells of them and a run puts them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from support.plans import Said, Task, again
from support.replay import Request
from support.server import AwsServer

from .alone import LEFT_ALONE
from .case import Drift, Hand


class Missed(AssertionError):
    """A drift that was not told of as it should be, or not put back."""


@dataclass(frozen=True)
class Base:
    """An account that is as wanted: the requests that made it, and the tasks of the run that sent them."""

    requests: list[Request]
    tasks: list[Task]


def prove(aws: AwsServer, base: Base, batch: Sequence[Drift]) -> None:
    """Make the drifts of a batch; a plan tells exactly of them, a run makes exactly that, and then all is as wanted.

    Raises Missed.
    """
    aws.restore(base.requests)
    hand = Hand(aws)
    for drift in batch:
        drift.act(hand)
    only = {drift.module for drift in batch}
    planned = again(aws, base.tasks, check=True, only=only)
    told = set().union(*planned.values())
    problems = [f"{drift}: is not told of" for drift in batch if not is_told(drift, told)]
    problems += [f"told of without a drift: {one}" for one in sorted(told) if not is_explained(one, batch)]
    done = again(aws, base.tasks, check=False, only=only)
    done_all = set().union(*done.values())
    problems += [f"planned, not done: {one}" for one in sorted(told - done_all)]
    problems += [f"done, not planned: {one}" for one in sorted(done_all - told)]
    left = again(aws, base.tasks, check=True, only=only)
    problems += [f"{module}: is not put back: {sorted(said)}" for module, said in left.items() if said]
    if problems:
        raise Missed("\n".join(problems))


def leave_alone(aws: AwsServer, base: Base) -> None:
    """Let others do all that is theirs; a plan and a run find nothing to do.

    Raises Missed.
    """
    aws.restore(base.requests)
    hand = Hand(aws)
    for act in LEFT_ALONE.values():
        act(hand)
    for check in (True, False):
        said = {module: said for module, said in again(aws, base.tasks, check=check).items() if said}
        if said:
            raise Missed(f"{'would not be' if check else 'is not'} left alone: {said}")


def is_told(drift: Drift, told: set[Said]) -> bool:
    """Whether a plan tells of each field of a drift."""
    single = [replace(drift, fields=frozenset({pattern})) for pattern in drift.fields]
    return all(any(one.explains(*said) for said in told) for one in single)


def is_explained(one: Said, batch: Sequence[Drift]) -> bool:
    """Whether a drift is the reason for what a plan tells of."""
    return any(drift.explains(*one) for drift in batch)
