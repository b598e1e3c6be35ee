# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The wake page: one HTML file with everything in it, and the headers that allow nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_LOGO = re.compile(r"data:image/(png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}")
# Longer names are cut: they are shown, nothing else.
_ROOM_LENGTH = 120


@dataclass(frozen=True)
class Brand:
    """How the page looks: a name, the colour of the button in light and in dark, a small logo as a data URI."""

    name: str = "Jitsi Meet"
    color: str = "#0b57d0"
    color_dark: str = "#a8c7fa"
    logo: str = ""

    def __post_init__(self) -> None:
        for color in (self.color, self.color_dark):
            if not _COLOR.fullmatch(color):
                raise ValueError(f"colour {color!r} is not #rrggbb")
        if self.logo and not _LOGO.fullmatch(self.logo):
            raise ValueError("the logo is not a data URI of a PNG, JPEG, WebP or SVG image in Base64")


class Page:
    """The page for one platform. The template has ``{{name}}`` where something is filled in."""

    def __init__(self, template: str, brand: Brand, pin_required: bool) -> None:
        self.pin_required = pin_required
        logo = f'<img class="logo" src="{brand.logo}" alt="">' if brand.logo else ""
        self._template = _fill(
            template,
            color=brand.color,
            color_dark=brand.color_dark,
            on_color=_readable_on(brand.color),
            on_color_dark=_readable_on(brand.color_dark),
            brand=html.escape(brand.name),
            logo=logo,
            pin="required" if pin_required else "none",
        )
        style, script = (_only(self._template, tag) for tag in ("style", "script"))
        # The page may be shown inside others, as meetings may: that is for the distribution's headers to say.
        policy = (
            f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'"
        )
        self.headers = {
            "content-security-policy": policy,
            "referrer-policy": "no-referrer",
            # The page asks for itself until this is missing: then the meeting answers.
            "x-wake-page": "1",
        }

    def render(self, path: str, framed: bool = False) -> str:
        """The page for a path. The room's name comes from the visitor, so it is text and nothing else.

        ``framed``: in a frame of our script, which it tells when the meeting's address answers, and leaves the rest to.
        """
        meeting = html.escape(path) if framed else ""
        return _fill(self._template, room=html.escape(room_name(path)), meeting=meeting)


def room_name(path: str) -> str:
    """The room that a path as sent leads to: its last part. Empty for the start page."""
    last = unquote(path.rstrip("/").rpartition("/")[2], errors="replace")
    # Neither control characters nor such as turn the direction of text around.
    shown = "".join(character for character in last if character.isprintable()).strip()
    return shown if len(shown) <= _ROOM_LENGTH else f"{shown[: _ROOM_LENGTH - 1]}…"


def _fill(template: str, **values: str) -> str:
    """Put in values, all at once: what is put in is not looked at again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values.get(found[1], found[0]), template)


def _only(page: str, tag: str) -> str:
    found: list[str] = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    if len(found) != 1:
        raise ValueError(f"the page has {len(found)} times <{tag}>, not once")
    return found[0]


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _readable_on(color: str) -> str:
    """Black or white, whichever is the easier to read on a colour (contrast as WCAG 2 defines it)."""

    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(color[index : index + 2], 16)) for index in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"
