# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rendered Caddyfile in the hands of the real Caddy, in front of a small fake of the web container."""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from support.programs import ROLE, free_port, need, render, wait_for_port
from support.rendering import role_variable
from support.servers import Handler, Server, serving

ORIGIN, DOMAIN = "origin.meet.example.com", "meet.example.com"
SECRET = "0123456789abcdef0123456789abcdef"
# What CloudFront sends: the secret, and the viewer's address after whatever the viewer wrote.
VIEWER = {"X-Origin-Secret": SECRET, "X-Forwarded-For": "198.51.100.9"}
PAGE, HTML = b"<!DOCTYPE html>" + b"x" * 4000, {"Content-Type": "text/html"}
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def caddyfile() -> str:
    return render(
        "Caddyfile.j2",
        ecs_service_alert_email="ops@example.com",
        ecs_service_tls_names=[ORIGIN],
        ecs_service_domain=DOMAIN,
    )


def environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_DATA_HOME": str(home), "ORIGIN_SECRET": SECRET}


class Web(Handler):
    """A web container: pages, BOSH that takes its time, and an XMPP WebSocket that echoes."""

    protocol_version = "HTTP/1.1"
    seen: list[Handler]

    def do_GET(self) -> None:
        self.seen.append(self)
        if self.headers.get("Upgrade", "").lower() != "websocket":
            return self.answer(200, PAGE, HTML)
        digest = hashlib.sha1((self.headers["Sec-WebSocket-Key"] + MAGIC).encode()).digest()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
        self.send_header("Sec-WebSocket-Protocol", self.headers["Sec-WebSocket-Protocol"])
        self.end_headers()
        _first, length = struct.unpack("!BB", self.rfile.read(2))
        mask, payload = self.rfile.read(4), self.rfile.read(length & 0x7F)
        text = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.wfile.write(struct.pack("!BB", 0x81, len(text)) + text)
        self.close_connection = True
        return None

    def do_POST(self) -> None:
        self.seen.append(self)
        body = self.body()
        time.sleep(0.5)
        self.answer(200, body, HTML)


class Caddy:
    """A running Caddy with the rendered file, in which only what AWS provides is replaced: ports, the place of the
    certificates, and the certificate authority."""

    def __init__(self, folder: Path, backend: int) -> None:
        self.https, self.http, self.health = free_port(), free_port(), free_port()
        self.folder = folder
        text = re.sub(r"\ttls \{.*?\n\t\}\n", "\ttls internal\n\tbind 127.0.0.1\n", caddyfile(), flags=re.DOTALL)
        for old, new in (
            (
                "\tadmin off\n",
                f"\tadmin off\n\thttp_port {self.http}\n\thttps_port {self.https}\n\tskip_install_trust\n",
            ),
            ("file_system /data", f"file_system {folder / 'data'}"),
            ("http:// {\n", "http:// {\n\tbind 127.0.0.1\n"),
            ("127.0.0.1:8000", f"127.0.0.1:{backend}"),
            ("127.0.0.1:2020", f"127.0.0.1:{self.health}"),
        ):
            assert old in text
            text = text.replace(old, new)
        (folder / "Caddyfile").write_text(text)

    @contextmanager
    def running(self) -> Iterator[Caddy]:
        process = subprocess.Popen(
            ["caddy", "run", "--adapter", "caddyfile", "--config", str(self.folder / "Caddyfile")],
            env=environment(self.folder),
            stdout=(self.folder / "log").open("w"),
            stderr=subprocess.DEVNULL,
        )
        try:
            for port in (self.health, self.http, self.https):
                wait_for_port(port, process)
            yield self
        finally:
            process.terminate()
            process.wait(timeout=20)

    def tls(self) -> ssl.SSLSocket:
        """A connection as CloudFront makes it, by the name of the origin. Caddy needs a moment for its certificate."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        deadline = time.monotonic() + 20
        while True:
            plain = socket.create_connection(("127.0.0.1", self.https), timeout=10)
            try:
                return context.wrap_socket(plain, server_hostname=ORIGIN)
            except ssl.SSLError:
                plain.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def request(
        self, method: str = "GET", path: str = "/room", headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection(ORIGIN, self.https)
        connection.sock = self.tls()
        connection.request(method, path, body, VIEWER if headers is None else headers)
        response = connection.getresponse()
        return response, response.read()


@pytest.fixture(scope="module")
def web() -> Iterator[Server]:
    """The fake; ``web.seen`` has the requests that reached it."""
    handler = type("Handler", (Web,), {"seen": []})
    with serving(handler) as server:
        server.seen = handler.seen
        yield server


@pytest.fixture(scope="module")
def caddy(tmp_path_factory, web) -> Iterator[Caddy]:
    need("caddy")
    with Caddy(tmp_path_factory.mktemp("caddy"), web.server_port).running() as running:
        yield running


def test_the_file_is_valid_and_formatted(tmp_path):
    need("caddy")
    path = tmp_path / "Caddyfile"
    path.write_text(caddyfile())
    for command in (["validate", "--adapter", "caddyfile", "--config", str(path)], ["fmt", str(path)]):
        done = subprocess.run(
            ["caddy", *command], capture_output=True, text=True, env=environment(tmp_path), check=False
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == path.read_text()


def test_certificates_come_from_lets_encrypt_over_port_80_alone(tmp_path):
    need("caddy")
    path = tmp_path / "Caddyfile"
    path.write_text(caddyfile())
    done = subprocess.run(
        ["caddy", "adapt", "--adapter", "caddyfile", "--config", str(path), "--pretty"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=True,
    )
    adapted = done.stdout
    assert adapted.count('"module": "acme"') == 1
    assert "https://acme-v02.api.letsencrypt.org/directory" in adapted
    assert '"email": "ops@example.com"' in adapted
    assert '"tls-alpn": {\n' in adapted
    assert "zerossl" not in adapted
    assert '"root": "/data"' in adapted


def test_a_request_of_the_distribution_reaches_the_web_container(caddy, web):
    web.seen.clear()
    response, body = caddy.request()
    assert (response.status, body) == (200, PAGE)
    assert response.getheader("Strict-Transport-Security") == "max-age=31536000"
    assert response.getheader("Server") != "Caddy"
    (seen,) = web.seen
    assert seen.path == "/room"
    assert seen.headers["Host"] == DOMAIN
    assert seen.headers["X-Forwarded-Proto"] == "https"
    assert "X-Origin-Secret" not in seen.headers


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("198.51.100.9", "198.51.100.9"),
        ("2001:db8::9", "2001:db8::9"),
        # What a viewer writes comes first and is not believed.
        ("203.0.113.6, 198.51.100.9", "198.51.100.9"),
        ("203.0.113.6,198.51.100.9 ", "198.51.100.9"),
    ],
)
def test_the_real_address_of_the_client_is_passed_on(caddy, web, forwarded, client):
    web.seen.clear()
    caddy.request(headers={**VIEWER, "X-Forwarded-For": forwarded})
    assert web.seen[0].headers.get_all("X-Forwarded-For") == [client]


@pytest.fixture
def nginx(tmp_path, web) -> Iterator[int]:
    """A real nginx in the place of the web container's: started by that container's own command, with the one part of
    its configuration that matters here (meet.conf of the image). Yields its port."""
    need("nginx")
    containers = yaml.safe_load((ROLE / "vars" / "main" / "signalling.yml").read_text())
    container = next(item for item in containers["_ecs_service_signalling_containers"] if "web" in item["command"][1:2])
    port, folder = free_port(), tmp_path / "nginx-custom"
    (tmp_path / "nginx.conf").write_text(
        f"""
        daemon off; pid {tmp_path}/pid; error_log stderr;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {tmp_path}/a; proxy_temp_path {tmp_path}/b; fastcgi_temp_path {tmp_path}/c;
            uwsgi_temp_path {tmp_path}/d; scgi_temp_path {tmp_path}/e;
            server {{
                listen 127.0.0.1:{port};
                include {folder}/*.conf;
                location / {{
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_pass http://127.0.0.1:{web.server_port};
                }}
            }}
        }}
        """
    )
    script, *arguments = container["command"]
    script = script.replace("{{ _ecs_service_nginx_custom }}", str(folder))
    script = script.replace("exec /init", f"exec nginx -e stderr -c {tmp_path}/nginx.conf")
    process = subprocess.Popen(
        [*container["entryPoint"], script, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_the_real_address_reaches_prosody_through_nginx(tmp_path, nginx, web):
    """nginx tells prosody whom it believes it talks to."""
    need("caddy")
    folder = tmp_path / "caddy"
    folder.mkdir()
    web.seen.clear()
    with Caddy(folder, nginx).running() as task:
        task.request("POST", "/http-bind", {**VIEWER, "X-Forwarded-For": "203.0.113.6, 2001:db8::9"}, b"<body/>")
    assert web.seen[0].headers.get_all("X-Forwarded-For") == ["2001:db8::9"]


def test_of_several_lines_the_last_address_counts(caddy, web):
    web.seen.clear()
    with caddy.tls() as connection:
        lines = [f"GET / HTTP/1.1\r\nHost: {ORIGIN}\r\nX-Origin-Secret: {SECRET}\r\nConnection: close\r\n"]
        lines += [f"X-Forwarded-For: {address}\r\n" for address in ("203.0.113.6", "198.51.100.9")]
        connection.sendall("".join([*lines, "\r\n"]).encode())
        while connection.recv(65536):
            pass
    assert web.seen[0].headers.get_all("X-Forwarded-For") == ["198.51.100.9"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Forwarded-For": "198.51.100.9"},
        {**VIEWER, "X-Origin-Secret": ""},
        {**VIEWER, "X-Origin-Secret": "wrong"},
        {**VIEWER, "X-Origin-Secret": SECRET[:-1]},
        {**VIEWER, "X-Origin-Secret": SECRET + "0"},
        {**VIEWER, "X-Origin-Secret": "*"},
        # CloudFront always says who asked.
        {"X-Origin-Secret": SECRET},
    ],
    ids=str,
)
def test_without_the_secret_nobody_gets_in(caddy, web, headers):
    web.seen.clear()
    for method, path in (("GET", "/room"), ("POST", "/http-bind"), ("GET", "/xmpp-websocket")):
        response, body = caddy.request(method, path, headers)
        assert (response.status, body) == (403, b"")
    assert web.seen == []


def test_bosh_passes(caddy, web):
    web.seen.clear()
    response, body = caddy.request("POST", "/tenant/http-bind?room=x", body=b"<body rid='1'/>")
    assert (response.status, body) == (200, b"<body rid='1'/>")
    assert web.seen[0].path == "/tenant/http-bind?room=x"


def test_a_websocket_passes(caddy, web):
    web.seen.clear()
    with caddy.tls() as connection:
        key = base64.b64encode(os.urandom(16)).decode()
        request = {
            "Host": ORIGIN,
            **VIEWER,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": "xmpp",
            "Origin": f"https://{DOMAIN}",
        }
        lines = [f"{name}: {value}\r\n" for name, value in request.items()]
        connection.sendall("".join(["GET /xmpp-websocket?room=x HTTP/1.1\r\n", *lines, "\r\n"]).encode())
        stream = connection.makefile("rb")
        assert stream.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
        headers = http.client.parse_headers(stream)
        assert (
            headers["Sec-WebSocket-Accept"] == base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()
        )
        assert headers["Sec-WebSocket-Protocol"] == "xmpp"
        text, mask = b"<open/>", os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(text))
        connection.sendall(struct.pack("!BB", 0x81, 0x80 | len(text)) + mask + masked)
        assert stream.read(2 + len(text)) == struct.pack("!BB", 0x81, len(text)) + text
    assert web.seen[0].headers["X-Forwarded-For"] == "198.51.100.9"


def test_pages_are_compressed_for_who_takes_it(caddy):
    response, body = caddy.request(headers={**VIEWER, "Accept-Encoding": "gzip"})
    assert response.getheader("Content-Encoding") == "gzip"
    assert gzip.decompress(body) == PAGE


@pytest.mark.parametrize("host", [ORIGIN, "192.0.2.7", "elsewhere.example"])
def test_port_80_leads_to_the_entrance(caddy, host):
    connection = http.client.HTTPConnection("127.0.0.1", caddy.http, timeout=10)
    connection.request("GET", "/room?x=1", headers={"Host": host, **VIEWER})
    response = connection.getresponse()
    assert response.status in (301, 308)
    assert response.getheader("Location") == f"https://{DOMAIN}/room?x=1"


def test_a_dead_web_container_is_an_error_that_fails_over(tmp_path):
    need("caddy")
    with Caddy(tmp_path, free_port()).running() as lonely:
        assert lonely.request()[0].status == 502
    # Caddy writes the request of every error into its log.
    log = (tmp_path / "log").read_text()
    assert '"status":502' in log
    assert SECRET not in log


def test_a_certificate_survives_a_new_task(tmp_path, web):
    """The place of the certificates is what the next task finds, too: no new certificate is asked for."""
    need("caddy")
    certificates = []
    for _task in range(2):
        with Caddy(tmp_path, web.server_port).running() as task, task.tls() as connection:
            certificates.append(connection.getpeercert(binary_form=True))
    assert certificates[0] == certificates[1]


def test_the_health_check_answers(caddy):
    connection = http.client.HTTPConnection("127.0.0.1", caddy.health, timeout=10)
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200


def certificate_days(port: int) -> str:
    """What the command of the statistics sidecar beside Caddy prints."""
    need("bash", "curl", "jq")
    command = role_variable("ecs_service", "_ecs_service_certificate_days", ecs_service_domain=DOMAIN)
    assert "--connect-to ::127.0.0.1: " in command
    command = command.replace("::127.0.0.1: ", f"::127.0.0.1:{port} ")
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=30).stdout


def test_the_sidecar_tells_how_long_the_certificate_is_valid(caddy):
    with caddy.tls() as connection:
        shown = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True))
    left = (shown.not_valid_after_utc.timestamp() - time.time()) / 86400
    figures = json.loads(certificate_days(caddy.https))
    assert figures == {"certificate_days": pytest.approx(left, abs=0.02)}


def test_without_a_certificate_it_tells_nothing():
    assert certificate_days(free_port()) == ""
