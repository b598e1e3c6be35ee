# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which release of container images comes next, by their tags.

Two tags are of one kind when they have the same words in the same places and only their numbers differ: after
``2.10.2-alpine`` comes ``2.11.0-alpine``, never ``2.11.0``, ``2.11.0-beta.1-alpine`` or ``latest``. Releases of Jitsi
may have a further number, for a repaired build: ``stable-11146``, then ``stable-11146-1``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ..errors import InvalidInput

Kind = tuple[str, ...]
Rank = tuple[int, ...]

_JITSI = re.compile(r"(stable-)(\d{1,9})(?:-(\d{1,9}))?")
_REFERENCE = re.compile(r"(?P<repository>[^@\s]+?)(?::(?P<tag>[^:/@\s]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?")


@dataclass(frozen=True)
class Choice:
    """What was found for one release: tags, empty where there is none."""

    newest: str  # the newest that may follow, or the current one
    incomplete: str = ""  # a newer one that only some of the images have yet
    next_major: str = ""  # a newer one with another first number, which was not asked for


def split(reference: str) -> tuple[str, str, str]:
    """Take an image reference apart: registry and repository, tag, digest; the last two empty where missing."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise InvalidInput(f"image {reference}: is not an image reference; write registry/repository:tag")
    return found["repository"], found["tag"] or "", found["digest"] or ""


def pinned(name: str, images: Iterable[str], tag: str = "") -> tuple[str, list[tuple[str, str, str]]]:
    """The tag that a release is pinned to (``tag``, or that of its images), and its images, each ``split``.

    Raises InvalidInput unless there are images, of one tag that names a release.
    """
    found = [split(image) for image in images]
    if not found:
        raise InvalidInput(f"releases {name}: has no images; name at least one")
    tags = {tag} if tag else {tag for _repository, tag, _digest in found}
    if len(tags) != 1 or tags == {""}:
        raise InvalidInput(f"releases {name}: its images have no tag, or not the same; pin one for all")
    current = tags.pop()
    check_release(current)
    return current, found


def registry(repository: str) -> tuple[str, str]:
    """Take a repository apart: the registry's host and the path there, with Docker's own short forms."""
    host, slash, path = repository.partition("/")
    if not slash or not (re.search(r"[.:]", host) or host == "localhost"):
        host, path = "docker.io", repository
    if host == "docker.io" and "/" not in path:
        path = f"library/{path}"
    return host, path


def kind_and_rank(tag: str) -> tuple[Kind, Rank]:
    """The words of a tag, and its numbers, by which tags of one kind are compared."""
    jitsi = _JITSI.fullmatch(tag)
    if jitsi:
        return (jitsi[1],), tuple(int(number) for number in jitsi.groups()[1:] if number)
    parts = re.findall(r"[0-9]+|[^0-9]+", tag, re.ASCII)
    return tuple(part if not part.isdigit() else "0" for part in parts), tuple(int(p) for p in parts if p.isdigit())


def _major(tag: str) -> int | None:
    """The number before which a change may break things: the first one of a version such as 2.10.2."""
    found = re.match(r"(\d+)\.\d+", tag)
    return int(found[1]) if found else None


def check_release(current: str) -> None:
    """Refuse a tag that names no release, as ``latest`` does: nothing would follow it."""
    if not kind_and_rank(current)[1]:
        raise InvalidInput(f"tag {current}: names no release; pin one, with its number")


def choose(
    current: str, tags: Mapping[str, Iterable[str]], excluded: Collection[str] = (), major: bool = False
) -> Choice:
    """Choose the release that follows ``current`` and that every repository in ``tags`` has.

    Never an older one, one of another kind, or one of ``excluded``; one with another first number only with ``major``.
    """
    check_release(current)
    kind, rank = kind_and_rank(current)
    listed = [
        {tag for tag in found if kind_and_rank(tag)[0] == kind and kind_and_rank(tag)[1] > rank} - set(excluded)
        for found in tags.values()
    ]
    everywhere, somewhere = set.intersection(*listed), set.union(*listed)
    same = {tag for tag in everywhere if major or _major(tag) == _major(current)}
    newest = _newest(same, current)
    return Choice(
        newest,
        incomplete=_after(newest, _newest(somewhere - everywhere, newest)),
        next_major=_after(newest, _newest(everywhere - same, newest)),
    )


def check_step(current: str, wanted: str) -> None:
    """Refuse a release that is older than the current one, or of another kind."""
    (kind, rank), (wanted_kind, wanted_rank) = kind_and_rank(current), kind_and_rank(wanted)
    if kind != wanted_kind or wanted_rank < rank:
        raise InvalidInput(
            f"tag {wanted}: does not follow {current}; this never goes back, which is for site.yml with the former "
            "variables"
        )


def _newest(tags: Collection[str], otherwise: str) -> str:
    return max(tags, key=lambda tag: kind_and_rank(tag)[1], default=otherwise)


def _after(newest: str, tag: str) -> str:
    return tag if kind_and_rank(tag)[1] > kind_and_rank(newest)[1] else ""
