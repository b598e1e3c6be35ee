# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.logs import lines as log_lines
from ansible_collections.meetops.jitsi.plugins.module_utils.logs.masking import MASK, Masker

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
VALUE = "0123456789abcdef0123456789abcdef"


def wanted(**options):
    return log_lines.Wanted(NOW - HOUR, NOW, **options)


def event(number, minutes=0, stream="signalling/jicofo/0a1b2c3d4e5f", text="line"):
    at = NOW - dt.timedelta(minutes=minutes)
    return {"eventId": str(number), "timestamp": int(at.timestamp() * 1000), "logStreamName": stream, "message": text}


# --- Masking


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"test_password with {VALUE}!", f"test_password with {MASK}!"),
        ("p%26ss%2Fword1 of it", f"{MASK} of it"),
        ("GET /room?jwt=eyJhbGciOiJIUzI1NiJ9.eyJyb29tIjoiKiJ9.c2ln&x=1", f"GET /room?jwt={MASK}&x=1"),
        ('{"token":"abc","platform":"meet"}', f'{{"token":"{MASK}","platform":"meet"}}'),
        ("password=hunter2, user=ada", f"password={MASK}, user=ada"),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {MASK}"),
        ("?X-Amz-Signature=0a1b&X-Amz-Expires=60", f"?X-Amz-Signature={MASK}&X-Amz-Expires=60"),
        ("AKIAIOSFODNN7EXAMPLE did it", f"{MASK} did it"),
        # Harmless: a PIN is short, words are words, and ids are no secrets.
        ("muc.meet.jitsi:token    error\tFailed", "muc.meet.jitsi:token    error\tFailed"),
        ("room 4711 of task 11111111111111111111111111111111", "room 4711 of task 11111111111111111111111111111111"),
    ],
)
def test_masking(text, masked):
    assert Masker([VALUE, "p&ss/word1", "4711", {"not": "text"}, VALUE[:10]]).mask(text) == masked


def test_without_the_values_whatever_may_be_one_is_masked():
    assert Masker(None).mask(f"with {VALUE} of 0a1b") == f"with {MASK} of 0a1b"


# --- What is wanted


def test_components_and_groups():
    assert log_lines.components([]) == frozenset()
    assert log_lines.components(["bridge", "web"]) == {"jvb", "coturn", "web"}
    with pytest.raises(InvalidInput, match="components nginx: is not known; use some of caddy, web"):
        log_lines.components(["nginx"])


@pytest.mark.parametrize(
    ("components", "prefixes"),
    [
        ((), [""]),
        (("jvb",), ["bridge/jvb/"]),
        (("stats",), ["signalling/stats/", "bridge/stats/", "recorder/stats/"]),
        (("sleep",), ["2026/11/23/meet-sleep["]),
    ],
)
def test_prefixes_of_streams(components, prefixes):
    assert log_lines.prefixes(wanted(components=frozenset(components)), "meet") == prefixes


def test_a_function_of_a_month_is_looked_for_at_once():
    month = log_lines.Wanted(NOW - 30 * 24 * HOUR, NOW, frozenset({"sleep"}))
    assert log_lines.prefixes(month, "meet") == [""]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("[room=standup@muc.meet.jitsi meeting_id=1]", True),
        ("GET /Standup HTTP/1.1", True),
        ("recordings/abcd/standup_2026-11-23-10-00-00.mp4", True),
        ("[room=standup-2@muc.meet.jitsi]", False),
        ("GET /daily-standup HTTP/1.1", False),
    ],
)
def test_a_room_however_it_is_written(text, kept):
    line = {"component": "web", "text": text}
    assert wanted(room="StandUp").keeps(line) is kept


def test_a_room_with_other_letters():
    line = {"component": "web", "text": "GET /%C3%9Cberpr%C3%BCfung HTTP/1.1"}
    assert wanted(room="überprüfung").keeps(line)
    assert log_lines.pattern(wanted(room="Überprüfung")) == ""
    assert log_lines.pattern(wanted(room="StandUp")) == '?"StandUp" ?"standup"'


# --- The newest lines


def test_the_newest_lines_with_few_looks():
    asked = []

    def search(since, until, _pattern, _prefix):
        asked.append((until - since).total_seconds() / 60)
        return [event(number, number) for number in range(60) if since <= NOW - number * HOUR / 60 < until]

    lines, more = log_lines.newest(wanted(limit=5), "meet", search, str.upper)
    assert ([line["id"] for line in lines], more) == (["5", "4", "3", "2", "1"], True)
    assert lines[0]["text"] == "LINE"
    assert asked == [10]
    lines, more = log_lines.newest(wanted(), "meet", search, str)
    assert (len(lines), more) == (59, False)
    assert asked[1:] == [10, 20, 30]


def test_a_line_of_a_container_and_of_a_function():
    made = log_lines.line(event(1), "meet")
    assert (made["kind"], made["component"], made["task"]) == ("signalling", "jicofo", "0a1b2c3d")
    made = log_lines.line(event(1, stream="2026/11/23/meet-sleep[$LATEST]abcdef0123456789"), "meet")
    assert (made["kind"], made["component"], made["task"]) == ("function", "sleep", "abcdef01")
    assert log_lines.told([made]) == ["2026-11-23T12:00:00.000Z sleep    abcdef01 line"]


def test_following_tells_each_line_once_also_a_late_one():
    follower = log_lines.Follower(NOW - HOUR)
    looks = ([event(1, 2), event(2, 1)], [event(2, 1), event(3, 1.2), event(4)], [event(4)], [])
    told = [
        [line["id"] for line in follower.fresh([log_lines.line(each, "meet") for each in look], NOW)] for look in looks
    ]
    assert told == [["1", "2"], ["3", "4"], [], []]
    assert follower.since == NOW - log_lines.Follower.OVERLAP


def test_errors_are_what_the_metric_filters_find():
    filters = [
        {"filterPattern": '" SEVERE: ["', "metricTransformations": [{"metricName": "Errors/meet/jvb"}]},
        {"filterPattern": '" INFO: ["', "metricTransformations": [{"metricName": "Errors/meeting/jvb"}]},
    ]
    patterns = log_lines.error_patterns(filters, "meet")
    assert wanted(errors=patterns).keeps({"component": "jvb", "text": "JVB 2026 SEVERE: [1] broken"})
    assert not wanted(errors=patterns).keeps({"component": "jvb", "text": "JVB 2026 INFO: [1] fine"})
    with pytest.raises(InvalidInput, match="no metric filter says what an error is"):
        log_lines.error_patterns([], "meet")
