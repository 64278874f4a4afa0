"""The production server behind a proxy: redirect, trust in headers, hosts, static files with a long cache, restart."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal import embedded
from portal.env import make_secret

ROOT = Path(__file__).resolve().parents[2]
HOST = "wuliu.example.gov.cn"
FROM_PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def production(var, **more):
    return {
        "PATH": os.environ["PATH"],
        "PORTAL_MODE": "production",
        "PORTAL_VAR": str(var),
        "ALLOWED_HOSTS": HOST,
        "PUBLIC_URL": f"https://{HOST}",
        **{name: make_secret(name) for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "CERTIFICATE_KEYS")},
        **more,
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A web service as its unit in deploy/ starts it: "read", "write", "sign-in"; or "all", as under `./run`."""

    def __init__(self, environment, port, service="all"):
        self.port = port
        command = ["-m", "portal.web", service]
        if service != "all":
            unit = (ROOT / f"deploy/portal-{service}.service").read_text(encoding="utf-8")
            assert re.search(r"^ExecStart=\S+ (.*)$", unit, re.M)[1].split() == command
        self.log = Path(environment["PORTAL_VAR"]) / f"web-{service}.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command, "--port", str(port)],
                cwd=ROOT, env=environment, stdout=output, stderr=output,
            )  # fmt: skip
        self._wait()

    def _wait(self):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                self.get("/health/", **FROM_PROXY)
                return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def get(self, path, host=HOST, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": host, **headers})
        response = connection.getresponse()
        response.body = response.read().decode()
        connection.close()
        return response

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def environment(module_var):
    """Embedded servers stand in for the county's own; everything else is as in docs/operations.md."""
    with embedded.hold(module_var, durable=False) as urls:
        environment = production(module_var, TRUSTED_PROXIES="127.0.0.1", **urls)
        for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            line = [sys.executable, "manage.py", *command]
            done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        yield environment


@pytest.fixture(scope="module")
def server(environment):
    server = Server(environment, free_port())
    yield server
    server.stop()


def test_plain_http_is_sent_to_https(server):
    response = server.get("/")
    assert response.status == 301
    assert response.headers["Location"] == f"https://{HOST}/"


def test_the_proxy_that_is_named_is_believed(server):
    response = server.get("/", **FROM_PROXY)
    assert response.status == 200
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/dev/messages/", "/dev/style/", "/dev/style.css"])
def test_pages_for_developers_are_not_there(server, path):
    assert server.get(path, **FROM_PROXY).status == 404


def test_a_foreign_host_name_is_refused(server):
    assert server.get("/", host="evil.example", **FROM_PROXY).status == 400


def test_a_forwarded_host_changes_nothing(server):
    response = server.get("/", **{"X-Forwarded-Host": "evil.example"})
    assert response.headers["Location"] == f"https://{HOST}/"


def test_static_files_carry_a_hash_and_may_be_kept_for_years(server):
    page = server.get("/", **FROM_PROXY).body
    path = re.search(r'href="(/static/css/[^"]+\.[0-9a-f]{12}\.css)"', page)[1]
    response = server.get(path, **FROM_PROXY)
    assert response.status == 200
    age = int(re.search(r"max-age=(\d+)", response.headers["Cache-Control"])[1])
    assert age >= 365 * 24 * 3600
    assert "immutable" in response.headers["Cache-Control"]


def test_an_unknown_page_shows_nothing_of_the_inside(server):
    response = server.get("/no-such-page", **FROM_PROXY)
    assert response.status == 404
    assert "Traceback" not in response.body
    assert "urlpatterns" not in response.body


def test_nobody_is_believed_when_no_proxy_is_named(environment):
    server = Server({**environment, "TRUSTED_PROXIES": ""}, free_port())
    try:
        assert server.get("/", **FROM_PROXY).status == 301
    finally:
        assert server.stop() == 0
