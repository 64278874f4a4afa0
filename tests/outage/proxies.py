"""nginx and Caddy with the files of deploy/, on free ports, in front of services that a test has started."""

from __future__ import annotations

import datetime as dt
import http.client
import re
import shutil
import ssl
import subprocess
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.web.services import SIZES
from tests.commands.test_production import HOST, ROOT, free_port

NGINX_MAIN = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/portal.conf;
}}
"""


def _to_ports(text: str, ports: dict[str, int]) -> str:
    """The services' own ports, wherever the file names them, become those of the test."""
    for service, port in ports.items():
        text = re.sub(rf"\b{SIZES[service].port}\b", str(port), text)
    return text


class Proxy:
    """Answers https for the county's host name, as people and programs meet it."""

    port: int

    def request(self, method, path, body=None, timeout=40, **headers):
        """(status, seconds, body) of one request on a connection of its own."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        began = time.monotonic()
        connection = _NamedHTTPS("127.0.0.1", self.port, timeout=timeout, context=context)
        try:
            connection.request(method, path, body, {"Host": HOST, **headers})
            response = connection.getresponse()
            data = response.read()
            return response.status, time.monotonic() - began, data
        finally:
            connection.close()

    def wait(self):
        deadline = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, self.output.read_text()
            try:
                if self.request("GET", "/health/")[0] == 200:
                    return
            except OSError:
                pass
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class _NamedHTTPS(http.client.HTTPSConnection):
    """Connects to this machine and names the county's host in the handshake, as a browser would."""

    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = self._context.wrap_socket(self.sock, server_hostname=HOST)


class Nginx(Proxy):
    def __init__(self, folder, ports):
        folder.mkdir()
        self.port, plain = free_port(), free_port()
        certificate, key = make_certificate(folder)
        text = _to_ports((ROOT / "deploy/nginx.conf").read_text(encoding="utf-8"), ports)
        for old, new in (
            (" 443 ", f" 127.0.0.1:{self.port} "), ("[::]:443 ", f"[::1]:{self.port} "),
            (" 80;", f" 127.0.0.1:{plain};"), ("[::]:80;", f"[::1]:{plain};"),
            ("/etc/county-portal/tls/fullchain.pem", str(certificate)),
            ("/etc/county-portal/tls/privkey.pem", str(key)), ("/var/log/nginx/", f"{folder}/"),
        ):  # fmt: skip
            assert old in text, f"deploy/nginx.conf holds no {old!r} any more"
            text = text.replace(old, new)
        (folder / "portal.conf").write_text(re.sub(r".*listen \[::1\].*\n", "", text), encoding="utf-8")
        (folder / "main.conf").write_text(NGINX_MAIN.format(folder=folder), encoding="utf-8")
        self.output = folder / "out.txt"
        program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        assert program, "nginx is missing: apt-get install nginx-light (./test does it)"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [program, "-p", str(folder), "-c", str(folder / "main.conf")], stdout=output, stderr=output
            )
        self.wait()


def make_certificate(folder):
    """A certificate that nobody trusts, and its key, as two files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2)).sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate_path, key_path = folder / "fullchain.pem", folder / "privkey.pem"
    certificate_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_path, key_path
