# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Takes secrets out of text that people are shown: those that are known, and what looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "********"
# A shorter value, such as a PIN, is also part of many harmless numbers.
SHORTEST = 8

_NAMED = r"(?:pass(?:word|wd)?|secret|token|credential|api_?key|jwt|signature|x-origin-secret)"
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # A JSON web token, wherever it is.
        (r"\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*", MASK),
        # Keys of AWS, and what a signed link carries.
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b", MASK),
        (r"\b(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s\"']+", rf"\1{MASK}"),
        (r"\b(Authorization\"?\s*[:=]\s*\[?\"?(?:Bearer|Basic|Digest)\s+)[^\"',\s]+", rf"\1{MASK}"),
        (rf"\b({_NAMED}s?\"?\s*=\s*\"?)[^\s\"'&,;]+", rf"\1{MASK}"),
        (rf"(\"{_NAMED}s?\"\s*:\s*\")[^\"]+", rf"\1{MASK}"),
    )
)
# The generated values of the secret document look so. Ids do, too.
_GENERATED = re.compile(r"(?<![\w-])[0-9a-f]{32,}(?![\w-])")


class Masker:
    """Masks the values given, and what looks like a secret; without them (None) also whatever may be one of them."""

    def __init__(self, values: Iterable[object] | None) -> None:
        texts = {value for value in values or () if isinstance(value, str) and len(value) >= SHORTEST}
        texts |= {quote(text, safe="") for text in texts}
        # The longest first: one may be part of another.
        listed = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))
        self._known = _GENERATED if values is None else re.compile(listed) if listed else None

    def mask(self, text: str) -> str:
        """The text without secrets."""
        if self._known:
            text = self._known.sub(MASK, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text
