# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import json
import operator

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring.filter_pattern import MAX_NESTING, parse, select
from hypothesis import example, given
from hypothesis import strategies as st

# The events of the AWS documentation ("Filter pattern syntax for metric filters").
TRAIL = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
    "errorCode": 400,
    "number": [0.001],
    "a.b": "dotted",
    "with-hyphen_1": "x",
}
USERS = {
    "user": {"id": 1, "email": "John.Stiles@example.com"},
    "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
}

JSON_CASES = [
    # From the documentation.
    (TRAIL, '{ $.eventType = "UpdateTrail" }', True),
    (TRAIL, "{ $.sourceIPAddress != 123.123.* }", True),
    (TRAIL, '{ $.arrayKey[0] = "value" }', True),
    (TRAIL, "{ $.objectList[1].id = 2 }", True),
    (TRAIL, "{ $.SomeObject IS NULL }", True),
    (TRAIL, "{ $.SomeOtherObject NOT EXISTS }", True),
    (TRAIL, "{ $.ThisFlag IS TRUE }", True),
    (TRAIL, '{ $.eventType = "*" && $.sourceIPAddress != 123.123.* }', True),
    (TRAIL, "{ $.number[0] = 1e-3 }", True),
    (TRAIL, "{ $.number[0] != 1e+3 }", True),
    (USERS, '{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
    (
        USERS,
        '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }',
        True,
    ),
    (
        USERS,
        '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "no" }',
        False,
    ),
    (USERS, '{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
    # Numbers.
    (TRAIL, "{ $.errorCode > 399 }", True),
    (TRAIL, "{ $.errorCode > 400 }", False),
    (TRAIL, "{ $.errorCode >= 400 }", True),
    (TRAIL, "{ $.errorCode < 400 }", False),
    (TRAIL, "{ $.errorCode <= 4e2 }", True),
    (TRAIL, "{ $.errorCode = 400.0 }", True),
    (TRAIL, "{ $.errorCode = 4* }", True),
    (TRAIL, "{ $.errorCode = 5* }", False),
    (TRAIL, "{ $.errorCode > -1 }", True),
    (TRAIL, "{ $.eventType > 1 }", False),
    (TRAIL, "{ $.ThisFlag > 0 }", False),
    (TRAIL, "{ $.missing >= 0 }", False),
    # Existence and constants.
    (TRAIL, "{ $.eventType = * }", True),
    (TRAIL, "{ $.ThisFlag = * }", True),
    (TRAIL, "{ $.SomeObject = * }", False),
    (TRAIL, "{ $.objectList = * }", False),
    (TRAIL, "{ $.missing = * }", False),
    (TRAIL, "{ $.missing IS NULL }", False),
    (TRAIL, "{ $.SomeObject NOT EXISTS }", False),
    (TRAIL, "{ $.ThisFlag IS FALSE }", False),
    (TRAIL, "{ $.errorCode IS TRUE }", False),
    (TRAIL, "{ $.missing != 5 }", False),
    # Wildcards count at both ends and nowhere else; case counts.
    (TRAIL, "{ $.eventType = Update* }", True),
    (TRAIL, '{ $.eventType = "*Trail" }', True),
    (TRAIL, '{ $.eventType = "*dateTr*" }', True),
    (TRAIL, '{ $.eventType = "Up*ail" }', False),
    (TRAIL, "{ $.eventType = updatetrail }", False),
    # Selectors.
    (TRAIL, "{ $.objectList[*].id = 2 }", True),
    (TRAIL, "{ $.objectList[*].id = 3 }", False),
    (TRAIL, "{ $.objectList[5].id = 2 }", False),
    (TRAIL, "{ $.eventType[0] = U }", False),
    (TRAIL, "{ $.['a.b'] = dotted }", True),
    (TRAIL, "{ $.with-hyphen_1 = x }", True),
    (USERS, "{ $.coordinates[1][2] = 6 }", True),
    # Regular expressions, escapes, no spaces.
    (TRAIL, "{ $.eventType = %^Upd[a-z]+Trail$% }", True),
    (TRAIL, "{ $.eventType != %Trail% }", False),
    ({"q": 'say "hi" \\'}, r'{ $.q = "say \"hi\" \\" }', True),
    (TRAIL, "{$.errorCode=400&&($.eventType=UpdateTrail||$.x=1)}", True),
    # And binds stronger than or.
    ({"a": 1, "b": 0, "c": 0}, "{ $.a = 1 || $.b = 1 && $.c = 1 }", True),
    ({"a": 1, "b": 0, "c": 0}, "{ ($.a = 1 || $.b = 1) && $.c = 1 }", False),
]

TERM_CASES = [
    ("[ERROR 400] BAD REQUEST", "ERROR", True),
    ("[ERROR 419] MISSING ARGUMENTS", "ERROR ARGUMENTS", True),
    ("[ERROR 400] BAD REQUEST", "ERROR ARGUMENTS", False),
    ("[ERROR 400] BAD REQUEST", "?ERROR ?ARGUMENTS", True),
    ("ARGUMENTS", "?ERROR ?ARGUMENTS", True),
    ("INFO", "?ERROR ?ARGUMENTS", False),
    ("[ERROR 500] INTERNAL SERVER ERROR", '"INTERNAL SERVER ERROR"', True),
    ("[ERROR 500] INTERNAL  SERVER ERROR", '"INTERNAL SERVER ERROR"', False),
    ("[ERROR 419] MISSING ARGUMENTS", "ERROR -ARGUMENTS", False),
    ("[ERROR 400] BAD REQUEST", "ERROR -ARGUMENTS", True),
    ("error", "ERROR", False),
    ("anything", '" "', True),
    ("", "", True),
    ('{"result":"failed"}', r'"\"result\":\"failed\""', True),
    ("[ERROR 401] UNAUTHORIZED REQUEST", "%AUTHORIZED%", True),
    ("OK", "%AUTHORIZED%", False),
]

INVALID = [
    # pattern, position of the mistake (counted from 1), words
    ("{", 2, "a field such as $.name"),
    ("{}", 2, "a field such as $.name"),
    ("{ $ = 1 }", 3, "is not expected"),
    ("{ name = 1 }", 3, "a field such as $.name"),
    ("{ $.a }", 7, "write = or !="),
    ("{ $.a = }", 9, "a number"),
    ("{ $.a == 1 }", 8, "a number"),
    ("{ $.a % 1 }", 7, "is not expected"),
    ("{ $.a = 1", 10, "write }"),
    ("{ $.a = 1 } x", 13, "the end"),
    ("{ ($.a = 1 }", 12, "write )"),
    ("{ $.a = 1 && }", 14, "a field such as $.name"),
    ("{ $.a = 1 & $.b = 2 }", 11, "is not expected"),
    ("{ $.a = 1 and $.b = 2 }", 11, "write }"),
    ("{ $.a > text }", 9, "a number"),
    ('{ $.a > "5" }', 9, "a number"),
    ("{ $.a = a-b }", 9, 'write "a-b"'),
    ("{ $.a = 'x' }", 9, "is not expected"),
    ('{ $.a = "x }', 9, "is not expected"),
    ("{ $.a IS 1 }", 10, "NULL or TRUE or FALSE"),
    ("{ $.a IS NOT NULL }", 10, "NULL or TRUE or FALSE"),
    ("{ $.a EXISTS }", 7, "write ="),
    ("{ $.a NOT NULL }", 11, "EXISTS"),
    ("{ $.a[x] = 1 }", 6, "is not expected"),
    ("{ $.a = %(x)% }", 9, "regular expression"),
    ("{ $.a = %[% }", 9, "regular expression"),
    ("[ip, user, status = 4*]", 1, "space-delimited"),
    ("ERROR ?WARN", 7, "?term is ignored"),
    ("a-b", 1, "is no term"),
    ("ok a/b", 4, "is no term"),
    ('"open', 1, "is no term"),
    ("- x", 1, "is no term"),
]


@pytest.mark.parametrize(("event", "pattern", "expected"), JSON_CASES)
def test_json(event, pattern, expected):
    assert parse(pattern).matches(json.dumps(event)) is expected


@pytest.mark.parametrize(("line", "pattern", "expected"), TERM_CASES)
def test_terms(line, pattern, expected):
    parsed = parse(pattern)
    assert parsed.matches(line) is expected
    assert not parsed.is_json
    assert not parsed.fields


@pytest.mark.parametrize(("pattern", "position", "words"), INVALID)
def test_invalid_says_where_and_how(pattern, position, words):
    with pytest.raises(InvalidInput) as error:
        parse(pattern)
    assert f"at character {position}, " in str(error.value)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "line",
    ["", "text", "[1]", "7", '"$.a"', "null", '{"a":1', 'INFO {"a":1}', '{"a":1} {"a":1}', "[" * 100_000, '{"a":NaN}'],
)
def test_only_a_whole_json_object_is_json(line):
    assert not parse("{ $.a = 1 || $.a NOT EXISTS && $.a = * }").matches(line)


def test_fields_are_those_of_the_pattern():
    parsed = parse('{ $.a = 1 && ($.b.c[0] = * || $.d NOT EXISTS) && $.a != "x" }')
    assert parsed.is_json
    assert parsed.fields == {"$.a", "$.b.c[0]", "$.d"}


def test_select():
    assert select("$.users[*].id", json.dumps(USERS)) == [2, 3]
    assert select("$.user.id", json.dumps(USERS)) == [1]
    assert select("$.none", json.dumps(USERS)) == []
    assert select("$.user", "no json") == []


def test_length_limit():
    parse("x" * 1024)
    with pytest.raises(InvalidInput, match="at most 1024"):
        parse("x" * 1025)


def test_regex_limit():
    parse("{ $.a = %x% || $.b = %y% }")
    with pytest.raises(InvalidInput, match="at most 2"):
        parse("{ $.a = %x% || $.b = %y% || $.c = %z% }")
    with pytest.raises(InvalidInput, match="at most 2"):
        parse("%x% %y% %z%")


def test_nesting_limit():
    def nested(depth):
        return f"{{ {'(' * depth}$.a = 1{')' * depth} }}"

    assert parse(nested(MAX_NESTING)).matches('{"a":1}')
    with pytest.raises(InvalidInput, match="parentheses"):
        parse(nested(MAX_NESTING + 1))


@given(st.text(alphabet="{}()[]$.abIS NOTEXISTSNULL&|=!<>\"%*?-'\\019 ", max_size=60), st.text(max_size=30))
@example("{ $.a = %" + "a{1}" * 20 + "% }", "{}")
def test_any_text_parses_or_is_refused(text, line):
    for pattern in (text, f"{{ $.a = 1 && {text} }}"):
        try:
            parsed = parse(pattern)
        except InvalidInput as error:
            assert "; " in str(error)
        else:
            assert parsed.matches(line) in (True, False)


SIGNS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
LEAVES = st.tuples(st.sampled_from("abc"), st.integers(-2, 2), st.sampled_from(sorted(SIGNS)))
TREES = st.recursive(LEAVES, lambda inner: st.tuples(st.sampled_from(["&&", "||"]), inner, inner), max_leaves=8)


def written(tree):
    if tree[0] in ("&&", "||"):
        return f"({written(tree[1])}) {tree[0]} ({written(tree[2])})"
    return f"$.{tree[0]} {tree[2]} {tree[1]}"


def evaluated(tree, event):
    if tree[0] == "&&":
        return evaluated(tree[1], event) and evaluated(tree[2], event)
    if tree[0] == "||":
        return evaluated(tree[1], event) or evaluated(tree[2], event)
    name, number, sign = tree
    return SIGNS[sign](event[name], number)


@given(TREES, st.fixed_dictionaries({name: st.integers(-2, 2) for name in "abc"}))
def test_expressions_mean_what_they_say(tree, event):
    assert parse(f"{{ {written(tree)} }}").matches(json.dumps(event)) is evaluated(tree, event)
