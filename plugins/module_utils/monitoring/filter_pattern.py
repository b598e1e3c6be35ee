# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CloudWatch Logs filter patterns: what is valid, and which log lines they match.

Two kinds: JSON patterns such as ``{ $.source = "jvb" && $.stress > 0.8 }``, and terms such as ``ERROR -"not found"``.
Where the AWS documentation is silent, a condition is false: ``!=`` on a missing field, ``= *`` on null, any comparison
with an object or a list.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..errors import InvalidInput

MAX_LENGTH = 1024
MAX_REGEXES = 2
# AWS states no limit; this one keeps the parser within Python's own.
MAX_NESTING = 50

Predicate = Callable[[object], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<selector>\$(?:\.?\[(?:\d+|\*|'[^']*')\]|\.[A-Za-z0-9_-]+)+)
      | (?P<operator>&&|\|\||!=|<=|>=|[=<>(){}])
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<regex>%[^%]*%)
      | (?P<word>[A-Za-z0-9_.*+-]+)
    )""",
    re.VERBOSE,
)
_STEP = re.compile(r"\.?\[(\d+)\]|\.?\[(\*)\]|\.?\['([^']*)'\]|\.([A-Za-z0-9_-]+)")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
# Words that need no quotes: letters, digits and underscores, dotted as in 123.123.*, a wildcard at either end.
_BARE = re.compile(r"\*?[A-Za-z0-9_.]*\*?")
_REGEX = re.compile(r"[A-Za-z0-9_#=@/;,:\-^$?\[\]{}|\\*+. ]+")
_TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|(\w+))(?=\s|$)', re.ASCII)
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Pattern:
    """A valid pattern. ``fields`` are the selectors in it, such as ``$.stress``; terms have none."""

    text: str
    is_json: bool
    fields: frozenset[str]
    regexes: int
    _test: Callable[[str], bool]

    def matches(self, line: str) -> bool:
        """Tell whether the pattern matches a log line."""
        return self._test(line)


def parse(text: str) -> Pattern:
    """Parse a pattern; raise InvalidInput with the position of the first mistake."""
    if len(text) > MAX_LENGTH:
        raise InvalidInput(f"pattern {text[:40]!r}...: has {len(text)} characters; write at most {MAX_LENGTH}")
    start = text.strip()[:1]
    if start == "[":
        raise _invalid(
            text, text.index("["), "space-delimited patterns are not supported", "log JSON, write { $.field = ... }"
        )
    pattern = _JsonParser(text, _tokens(text)).pattern() if start == "{" else _parse_terms(text)
    if pattern.regexes > MAX_REGEXES:
        raise InvalidInput(f"pattern {text!r}: has {pattern.regexes} regular expressions; use at most {MAX_REGEXES}")
    return pattern


def select(selector: str, line: str) -> list[object]:
    """List the values that a selector such as ``$.a.b[0]`` points at in a log line; none if the line is not JSON."""
    document = _parse_line(line)
    return [] if document is None else list(_walk(_path(selector), document))


def _invalid(text: str, position: int, wrong: str, fix: str) -> InvalidInput:
    return InvalidInput(f"pattern {text!r}: at character {position + 1}, {wrong}; {fix}")


def _unquote(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)


def _compile(text: str, position: int, body: str) -> re.Pattern[str]:
    """Compile a regular expression that uses only what CloudWatch Logs knows: no parentheses."""
    try:
        if not _REGEX.fullmatch(body):
            raise re.error("character")
        return re.compile(body)
    except (re.error, OverflowError):
        raise _invalid(
            text,
            position,
            f"%{body}% is no regular expression of CloudWatch Logs",
            r"use letters, digits, spaces, _#=@/;,:- and the operators ^ $ ? [ ] { } | \ * + .",
        ) from None


# --- Terms


def _parse_terms(text: str) -> Pattern:
    included: list[Callable[[str], bool]] = []
    excluded: list[Callable[[str], bool]] = []
    optional: list[Callable[[str], bool]] = []
    position = regexes = 0
    while text[position:].strip():
        found = _TERM.match(text, position)
        if found is None:
            begin = position + len(text[position:]) - len(text[position:].lstrip())
            raise _invalid(
                text, begin, "is no term", 'put a term with other characters than letters and digits in "..."'
            )
        sign, phrase, regex, word = found.groups()
        if regex is not None:
            test = _regex_test(_compile(text, found.start(3), regex))
            regexes += 1
        else:
            test = _contains(word if word is not None else _unquote(phrase))
        {"": included, "-": excluded, "?": optional}[sign].append(test)
        position = found.end()
    if optional and (included or excluded):
        raise _invalid(
            text, text.index("?"), "?term is ignored beside other terms", "use ? before every term, or before none"
        )

    def matches(line: str) -> bool:
        return (
            all(test(line) for test in included)
            and not any(test(line) for test in excluded)
            and (not optional or any(test(line) for test in optional))
        )

    return Pattern(text, False, frozenset(), regexes, matches)


def _contains(phrase: str) -> Callable[[str], bool]:
    # " " is the documented way to match every line.
    return lambda line: phrase in line or not phrase.strip()


def _regex_test(regex: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda line: regex.search(line) is not None


# --- JSON


def _parse_line(line: str) -> object:
    """The JSON document that a log line is, or None."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _path(selector: str) -> tuple[str | int, ...]:
    """Split ``$.users[0].id`` into ``("users", 0, "id")``; the wildcard ``[*]`` becomes -1."""
    steps: list[str | int] = []
    for index, wildcard, quoted, name in _STEP.findall(selector[1:]):
        steps.append(int(index) if index else -1 if wildcard else quoted or name)
    return tuple(steps)


def _walk(path: tuple[str | int, ...], value: object) -> Iterator[object]:
    """Yield the values that a path points at: none, one, or with a wildcard several."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield from _walk(rest, value[step])
    elif isinstance(value, list):
        for item in value if step == -1 else value[step : step + 1]:
            yield from _walk(rest, item)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Split a JSON pattern into tokens: kind, text and position."""
    tokens: list[tuple[str, str, int]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            begin = position + len(text[position:]) - len(text[position:].lstrip())
            raise _invalid(text, begin, f"{text[begin]!r} is not expected", 'put text in double quotes: "..."')
        kind = found.lastgroup or ""
        tokens.append((kind, found.group(kind), found.start(kind)))
        position = found.end()
    return tokens


class _JsonParser:
    """Recursive descent over ``{ expression }``: || binds weaker than &&, and && weaker than parentheses."""

    def __init__(self, text: str, tokens: list[tuple[str, str, int]]) -> None:
        self.text, self.tokens = text, tokens
        self.fields: set[str] = set()
        self.regexes = self.next = 0

    def pattern(self) -> Pattern:
        """Parse the whole pattern."""
        self.take("{")
        test = self.any_of(0)
        self.take("}")
        if self.next < len(self.tokens):
            raise self.unexpected("the end")

        def matches(line: str) -> bool:
            document = _parse_line(line)
            return isinstance(document, dict) and test(document)

        return Pattern(self.text, True, frozenset(self.fields), self.regexes, matches)

    def peek(self) -> tuple[str, str]:
        """Kind and text of the next token."""
        return self.tokens[self.next][:2] if self.next < len(self.tokens) else ("end", "")

    def take(self, *texts: str) -> str:
        """Take the next token, which must be one of these."""
        if self.peek()[1] not in texts:
            raise self.unexpected(" or ".join(texts))
        self.next += 1
        return self.tokens[self.next - 1][1]

    def unexpected(self, wanted: str) -> InvalidInput:
        """The error that something else than the next token was wanted."""
        kind, found = self.peek()
        position = len(self.text) if kind == "end" else self.tokens[self.next][2]
        return _invalid(self.text, position, f"found {found or 'the end'}", f"write {wanted} there")

    def any_of(self, depth: int) -> Predicate:
        """Parse conditions joined by ||."""
        tests = [self.all_of(depth)]
        while self.peek()[1] == "||":
            self.next += 1
            tests.append(self.all_of(depth))
        return tests[0] if len(tests) == 1 else lambda document: any(test(document) for test in tests)

    def all_of(self, depth: int) -> Predicate:
        """Parse conditions joined by &&."""
        tests = [self.term(depth)]
        while self.peek()[1] == "&&":
            self.next += 1
            tests.append(self.term(depth))
        return tests[0] if len(tests) == 1 else lambda document: all(test(document) for test in tests)

    def term(self, depth: int) -> Predicate:
        """Parse a condition, or some in parentheses."""
        if self.peek() == ("operator", "("):
            if depth == MAX_NESTING:
                raise self.unexpected(f"a condition, after at most {MAX_NESTING} parentheses,")
            self.next += 1
            test = self.any_of(depth + 1)
            self.take(")")
            return test
        return self.condition()

    def condition(self) -> Predicate:
        """Parse a comparison of a field."""
        kind, selector = self.peek()
        if kind != "selector":
            raise self.unexpected("a field such as $.name")
        self.next += 1
        self.fields.add(selector)
        path = _path(selector)
        sign = self.take("=", "!=", "<", "<=", ">", ">=", "IS", "NOT")
        if sign == "NOT":
            self.take("EXISTS")
            return lambda document: not list(_walk(path, document))
        if sign == "IS":
            constant = {"NULL": None, "TRUE": True, "FALSE": False}[self.take("NULL", "TRUE", "FALSE")]
            return lambda document: any(value is constant for value in _walk(path, document))
        test = self.ordered(sign) if sign in _ORDER else self.equal()
        if sign == "!=":
            return lambda document: any(
                not test(value) for value in _walk(path, document) if isinstance(value, str) or _is_number(value)
            )
        return lambda document: any(test(value) for value in _walk(path, document))

    def ordered(self, sign: str) -> Predicate:
        """Parse the number after <, <=, > or >=."""
        kind, text = self.peek()
        if kind != "word" or not _NUMBER.fullmatch(text):
            raise self.unexpected("a number")
        self.next += 1
        compare, limit = _ORDER[sign], float(text)
        return lambda value: _is_number(value) and compare(value, limit)  # type: ignore[arg-type]

    def equal(self) -> Predicate:
        """Parse the value after = or !=: a string, a number, a word, a wildcard or a regular expression."""
        kind, text = self.peek()
        position = self.tokens[self.next][2] if kind != "end" else len(self.text)
        if kind == "regex":
            regex = _compile(self.text, position, text[1:-1])
            self.next += 1
            self.regexes += 1
            return lambda value: _is_text(value) and regex.search(_as_text(value)) is not None
        if kind == "string":
            text = _unquote(text[1:-1])
        elif kind != "word":
            raise self.unexpected('a number, a "text" or *')
        elif _NUMBER.fullmatch(text):
            self.next += 1
            return _number_test(text)
        elif not _BARE.fullmatch(text):
            raise _invalid(self.text, position, f"{text} needs quotes", f'write "{text}"')
        self.next += 1
        if text == "*":
            return lambda value: value is not None and not isinstance(value, dict | list)
        glob = _glob(text)
        return lambda value: _is_text(value) and glob.fullmatch(_as_text(value)) is not None


def _is_text(value: object) -> bool:
    return isinstance(value, str) or _is_number(value)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _number_test(text: str) -> Predicate:
    number = float(text)
    return lambda value: value == text if isinstance(value, str) else _is_number(value) and value == number


def _glob(text: str) -> re.Pattern[str]:
    """``*`` is a wildcard at the start and at the end of a text, and an ordinary character inside it."""
    head, tail = text.startswith("*"), text.endswith("*") and len(text) > 1
    middle = text[1 if head else 0 : -1 if tail else None]
    return re.compile((".*" if head else "") + re.escape(middle) + (".*" if tail else ""), re.DOTALL)
