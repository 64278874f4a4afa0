"""clamd is asked over real sockets. Infected files and an absent scanner let nothing through."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import threading

import pytest

from logistics.licensing.models import Document
from logistics.licensing.states import ScanState
from portal.core.errors import DomainError
from portal.core.scanner import Infected, ScannerDown, scan
from portal.env import BadEnvironment, clamd_address
from tests.applicant.conftest import pdf, upload

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """A server that speaks as much of clamd as INSTREAM needs, and keeps what it was sent."""

    def __init__(self, listener: socket.socket, *, limit: int = 0, silent: bool = False):
        self.listener, self.limit, self.silent, self.seen = listener, limit, silent, b""
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _address = self.listener.accept()
                with line, line.makefile("rb") as read:
                    line.sendall(self.answer(read))

    def answer(self, read: io.BufferedReader) -> bytes:
        assert read.read(10) == b"zINSTREAM\0"
        self.seen = b""
        while size := struct.unpack("!I", read.read(4))[0]:
            self.seen += read.read(size)
            if self.limit and len(self.seen) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        if self.silent:
            return b""
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in self.seen else b"stream: OK\0"


@pytest.fixture
def listen(settings, tmp_path):
    """listen(kind="tcp") → a Clamd that CLAMD names."""
    listeners = []

    def begin(kind: str = "tcp", **more) -> Clamd:
        if kind == "tcp":
            listener = socket.create_server(("127.0.0.1", 0))
            settings.CLAMD = clamd_address(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        else:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(tmp_path / "clamd.ctl"))
            listener.listen()
            settings.CLAMD = clamd_address(f"unix://{tmp_path}/clamd.ctl")
        listeners.append(listener)
        return Clamd(listener, **more)

    yield begin
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_clean_file_is_seen_whole(listen, kind):
    server = listen(kind)
    data = pdf() * 100
    assert scan(data) is True
    assert server.seen == data


def test_an_infected_file_is_refused(listen):
    listen()
    with pytest.raises(Infected):
        scan(b"before" + EICAR)


def test_without_a_scanner_nothing_is_claimed(settings):
    settings.CLAMD = None
    assert scan(EICAR) is False


@pytest.mark.parametrize("more", [{"limit": 10}, {"silent": True}])
def test_a_scanner_that_does_not_say_clean_lets_nothing_through(listen, more):
    listen(**more)
    with pytest.raises(ScannerDown):
        scan(b"x" * 100)


def test_a_scanner_that_is_not_there_lets_nothing_through(settings, tmp_path):
    settings.CLAMD = ("unix", str(tmp_path / "nobody.ctl"), 0)
    with pytest.raises(ScannerDown) as caught:
        scan(b"x")
    assert caught.value.status == 503


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", None),
        ("tcp://clamd", ("tcp", "clamd", 3310)),
        ("tcp://10.0.0.5:3311", ("tcp", "10.0.0.5", 3311)),
        ("unix:///run/clamav/clamd.ctl", ("unix", "/run/clamav/clamd.ctl", 0)),
    ],
)
def test_where_the_scanner_listens(text, address):
    assert clamd_address(text) == address


@pytest.mark.parametrize(
    "text", ["clamd:3310", "tcp://", "unix://run/clamd", "http://clamd", "tcp://clamd:x", "unix:///"]
)
def test_an_address_that_is_none_stops_the_start(text):
    with pytest.raises(BadEnvironment, match="CLAMD"):
        clamd_address(text)


@pytest.mark.django_db
def test_what_the_scanner_said_is_kept_with_the_file(listen, desk, villager, settings, tmp_path):
    application = desk.draft()
    Document.objects.filter(application=application).delete()
    listen()
    assert upload(villager, application, pdf()).status_code == 201
    assert Document.objects.get(application=application).scan == ScanState.CLEAN
    refused = upload(villager, application, pdf(words="x") + EICAR)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "file_infected")
    settings.CLAMD = ("unix", str(tmp_path / "gone"), 0)
    down = upload(villager, application, pdf(words="y"))
    assert (down.status_code, down.json()["error"]["code"]) == (503, "scanner_down")
    assert Document.objects.filter(application=application).count() == 1
    settings.CLAMD = None
    assert upload(villager, application, pdf(words="z")).status_code == 201
    newest = Document.objects.filter(application=application).latest("added_at")
    assert newest.scan == ScanState.UNSCANNED


def test_refusals_are_sentences():
    for refusal in (Infected(), ScannerDown()):
        assert isinstance(refusal, DomainError)
        assert str(refusal.hint).endswith("。")
