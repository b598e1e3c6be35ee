# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The four steps in which Secrets Manager has a function rotate a secret, and how the function goes on after a death.

For the Lambda function alone, so nothing of Ansible is imported here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import inf

from . import rotation_document
from .rotation import Cloud, Described, Rotation, RotationError, Say, read_document, silent
from .rotation_plan import CURRENT, PENDING, PUT_BACK, RESTART, Do, Request

# AWS asks when it is time, so no age makes a rotation due.
ON_REQUEST = Request(days=inf)
CREATING = {Do.PREPARE, Do.CANCEL, Do.START}
SETTING = {Do.MARK, Do.STOP, Do.UNPROTECT, Do.WAIT}


def create_secret(
    cloud: Cloud, owned: Mapping[str, int], token: str, request: Request = ON_REQUEST, say: Say = silent
) -> bool:
    """Step createSecret: put new values in the version ``token``. Raises Postponed while people meet.

    Like the three others it returns False when ``token`` is current already, so that there is nothing to do.
    """
    return _step(cloud, owned, token, request, say, CREATING)


def set_secret(
    cloud: Cloud, owned: Mapping[str, int], token: str, request: Request = ON_REQUEST, say: Say = silent
) -> bool:
    """Step setSecret: components take values at their start only, so bring signalling to no task. Awake: minutes."""
    return _step(cloud, owned, token, request, say, CREATING | SETTING)


def test_secret(cloud: Cloud, owned: Mapping[str, int], token: str) -> bool:
    """Step testSecret: the waiting document is the current one but for new values, and components can read those.

    That they log in can be tested only once they have started with them, so step finishSecret does that.
    """
    found = guard(cloud, token)
    if found is None:
        return False
    current, waiting = (read_document(cloud, found.name, version) for version in (found.version(CURRENT), token))
    if current is None or waiting is None:
        raise RotationError(f"version {token} is empty")
    changed = rotation_document.changed_keys(current, waiting)
    if changed is None:
        raise RotationError(f"version {token} does not follow from the current document")
    if unusable := rotation_document.unusable(waiting, {*changed, *owned} & set(waiting)):
        raise RotationError(f"version {token} has no usable value for {', '.join(unusable)}")
    return True


def finish_secret(
    cloud: Cloud, owned: Mapping[str, int], token: str, request: Request = ON_REQUEST, say: Say = silent
) -> bool:
    """Step finishSecret: move AWSCURRENT; if the platform was awake, start it, see that all components log in, and put
    the former values back if not (raises NotHealthy). Minutes, awake."""
    if _step(cloud, owned, token, request, say, set(Do)):
        return True
    return resume(cloud, owned, say)


def resume(cloud: Cloud, owned: Mapping[str, int], say: Say = silent) -> bool:
    """Go on where a run died after it had stopped the platform or had begun to put the former values back.

    Returns False when there is nothing of the kind. A version that only waits is left alone.
    """
    found = cloud.describe()
    pending = found.version(PENDING)
    if not found.version(RESTART) and (not pending or pending != found.version(PUT_BACK)):
        return False
    Rotation(cloud, owned, ON_REQUEST, say=say).run()
    return True


def guard(cloud: Cloud, token: str) -> Described | None:
    """Refuse what AWS's own template refuses; None when ``token`` is current and all is done."""
    found = cloud.describe()
    labels = found.stages.get(token)
    if not found.rotation_enabled:
        raise RotationError(f"rotation is not enabled for secret {found.name}")
    if labels is None:
        raise RotationError(f"secret {found.name} has no version {token}")
    if PENDING in labels:
        return found
    if CURRENT in labels:
        return None
    raise RotationError(f"version {token} of secret {found.name} is not labelled {PENDING}")


def _step(
    cloud: Cloud, owned: Mapping[str, int], token: str, request: Request, say: Say, allowed: Collection[Do]
) -> bool:
    found = guard(cloud, token)
    if found is None or (CURRENT in found.stages[token] and Do.MOVE not in allowed):
        return False
    rotation = Rotation(cloud, owned, request, token=token, say=say)
    rotation.run(until=set(Do) - set(allowed) - {Do.POSTPONE, Do.FAIL})
    if rotation.outcome.cancelled:
        raise RotationError(f"version {token} did not follow from the current document and waits no more; rotate again")
    return True
