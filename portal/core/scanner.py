"""The virus scanner of the house: clamd, asked over its own protocol, when the county runs one.

INSTREAM (clamd(8)): the command, then chunks of four bytes length and data, then a length of zero; one line back,
"stream: OK" or "stream: NAME FOUND". Configured by CLAMD (portal/env.py); unset, nothing is scanned and the caller
keeps that with the file. A scanner that is configured and does not answer never lets a file through.
"""

from __future__ import annotations

import logging
import socket
import struct

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput, Unavailable

log = logging.getLogger(__name__)

CHUNK = 64 * 1024
CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 30.0
LONGEST_ANSWER = 4096


class Infected(BadInput):
    code = "file_infected"
    message = _("查毒软件认为这个文件有病毒，没有收下。")
    hint = _("请换一台电脑或手机，重新扫描、拍照后上传原件。")


class ScannerDown(Unavailable):
    code = "scanner_down"
    message = _("查毒服务暂时不可用，文件没有收下。")
    hint = _("请几分钟后再上传；已填写的内容都在。")


def scan(data: bytes) -> bool:
    """True: the scanner found nothing. False: the county runs none. Raises Infected, ScannerDown."""
    if not settings.CLAMD:
        return False
    try:
        answer = _ask(settings.CLAMD, data)
    except OSError as error:
        log.error("virus scanner does not answer: %s", type(error).__name__)
        raise ScannerDown(retry_after=60) from None
    if answer.endswith(" FOUND"):
        log.warning("a file handed in was refused by the virus scanner")
        raise Infected()
    if not answer.endswith(": OK"):
        log.error("virus scanner answered with an error")
        raise ScannerDown(retry_after=60)
    return True


def _ask(address: tuple[str, str, int], data: bytes) -> str:
    with _connect(address) as line:
        line.settimeout(ANSWER_SECONDS)
        try:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), CHUNK):
                part = data[start : start + CHUNK]
                line.sendall(struct.pack("!I", len(part)) + part)
            line.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # clamd closes its side beyond its own size limit and says why: what it said is read below
        return _read(line)


def _connect(address: tuple[str, str, int]) -> socket.socket:
    kind, place, port = address
    if kind == "tcp":
        return socket.create_connection((place, port), timeout=CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(CONNECT_SECONDS)
        line.connect(place)
    except OSError:
        line.close()
        raise
    return line


def _read(line: socket.socket) -> str:
    answer = b""
    while len(answer) < LONGEST_ANSWER and b"\0" not in answer and (part := line.recv(LONGEST_ANSWER)):
        answer += part
    return answer.split(b"\0")[0].decode("utf-8", "replace").strip()
