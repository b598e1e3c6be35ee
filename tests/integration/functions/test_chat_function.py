# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The function that tells a chat of alarms. The URL of the webhook must show nowhere."""

from __future__ import annotations

import json

import pytest
from support.server import CREDENTIALS, REGION, ROOT, load_script
from support.servers import Handler, serving

SECRET = "T0PSECRET"
PARAMETER = "/meet/chat-webhook"
ALARM = {
    "AlarmName": "meet/not-ready",
    "AlarmDescription": "Nobody can meet. Runbook: playbooks/runbooks/health.yml",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold Crossed: 5 datapoints were less than 1.",
}


@pytest.fixture
def function(aws, monkeypatch):
    for name, value in {
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": aws.url,
        "PLATFORM": "meet",
        "PARAMETER": PARAMETER,
    }.items():
        monkeypatch.setenv(name, value)
    return load_script(ROOT / "roles/monitoring/files/chat_function.py")


@pytest.fixture
def chat():
    """A chat: its messages, its URL, and what it answers next."""

    class Chat(Handler):
        def do_POST(self):
            server.messages.append((self.path, self.headers["Content-Type"], json.loads(self.body())))
            self.answer(server.status, SECRET.encode(), {"Location": f"{server.address}/elsewhere"})

    with serving(Chat) as server:
        server.messages, server.status, server.address = [], 200, f"{server.url}/{SECRET}"
        yield server


def event(subject, message):
    return {"Records": [{"Sns": {"Subject": subject, "Message": message}}]}


def test_messages_arrive_as_text(function, chat, monkeypatch, capsys):
    monkeypatch.setattr(function, "url", lambda: chat.address)
    function.handle(event("ALARM: meet/not-ready", json.dumps(ALARM)))
    function.handle(event("meet: rotation overdue", "The oldest password is 98 days old."))
    function.handle(event(None, json.dumps({**ALARM, "NewStateValue": "OK"})))
    function.handle(event(None, "x" * 5000))
    texts = [body["text"] for path, kind, body in chat.messages if (path, kind) == (f"/{SECRET}", "application/json")]
    assert texts[0] == (
        ":red_circle: *ALARM: meet/not-ready*\n"
        "Nobody can meet. Runbook: playbooks/runbooks/health.yml\n"
        "Threshold Crossed: 5 datapoints were less than 1."
    )
    assert texts[1] == "*meet: rotation overdue*\nThe oldest password is 98 days old."
    assert texts[2] == (":large_green_circle: *OK: meet/not-ready*\nThreshold Crossed: 5 datapoints were less than 1.")
    assert len(texts[3]) == 3000
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert json.loads(said.out.splitlines()[0]) == {"source": "chat", "platform": "meet", "message": "sent"}


@pytest.mark.parametrize("message", ["[]", "7", "null", '{"NewStateValue": "ALARM"}', '{"broken'])
def test_what_is_no_alarm_is_passed_on_as_it_is(function, message):
    assert function.text({"Message": message}) == message


@pytest.mark.parametrize("status", [302, 307, 400, 403, 404, 500])
def test_a_chat_that_refuses_is_an_error_without_the_url(function, chat, status, capsys):
    chat.status = status
    with pytest.raises(function.NotSent) as raised:
        function.post(chat.address, "text")
    assert str(raised.value) == f"the chat answered {status}"
    # The error's own cause would be printed with it.
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    # No redirect was followed.
    assert len(chat.messages) == 1
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err


@pytest.mark.parametrize("address", [f"http://127.0.0.1:1/{SECRET}", f"https://[{SECRET}", f"https://{SECRET} x/"])
def test_a_chat_that_does_not_answer_is_one_too(function, address):
    with pytest.raises(function.NotSent) as raised:
        function.post(address, "text")
    assert SECRET not in str(raised.value)


def test_the_url_is_read_when_it_is_needed(function, aws):
    ssm = aws.client("ssm")
    for value in (f"https://chat.example.com/{SECRET}", f"https://chat.example.com/{SECRET}2"):
        ssm.put_parameter(Name=PARAMETER, Value=f"{value}\n", Type="SecureString", Overwrite=True)
        assert function.url() == value


@pytest.mark.parametrize("value", [f"http://chat.example.com/{SECRET}", SECRET, f"https://[{SECRET}", "https:///x"])
def test_what_is_no_https_url_is_refused_without_showing_it(function, aws, value):
    aws.client("ssm").put_parameter(Name=PARAMETER, Value=value, Type="SecureString")
    with pytest.raises(function.NotSent) as raised:
        function.url()
    assert SECRET not in str(raised.value)
    assert PARAMETER in str(raised.value)
