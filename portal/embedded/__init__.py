"""PostgreSQL and Redis out of Python packages, for trial, development and tests. Knows no Django.

    url = start_postgres(var)       idempotent, safe against a second start at the same moment
    with hold(var): …               while one user holds, another's `release` does not stop the servers
    stop_postgres(var)

Production uses servers of its own (docs/operations.md).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded.errors import EmbeddedError
from portal.embedded.home import Home
from portal.embedded.locks import Use
from portal.embedded.postgres import database_url, postgres_pid, start_postgres, stop_postgres
from portal.embedded.redis import redis_pid, redis_url, start_redis, stop_redis

__all__ = [
    "EmbeddedError",
    "default_var",
    "hold",
    "keep",
    "make_var",
    "restart_postgres",
    "start_postgres",
    "start_redis",
    "status",
    "stop_postgres",
    "stop_redis",
]


def default_var() -> Path:
    """PORTAL_VAR, or the folder var beside the code."""
    return Path(os.environ.get("PORTAL_VAR") or Path(__file__).resolve().parents[2] / "var")


def make_var(var: Path) -> None:
    """Make the folder with fitting permissions, or say why it cannot be made."""
    Home(var)


def status(var: Path) -> dict[str, str | int | None]:
    """Process numbers (None: not running) and addresses of both servers."""
    home = Home(var)
    return {
        "postgres": postgres_pid(home),
        "redis": redis_pid(home),
        "DATABASE_URL": database_url(home),
        "REDIS_URL": redis_url(home),
    }


def restart_postgres(var: Path, *, durable: bool = True) -> str:
    """Stop and start; connections break as they would in production."""
    stop_postgres(var)
    return start_postgres(var, durable=durable)


def keep(var: Path, wanted: bool) -> None:
    """Servers started by hand stay until they are stopped by hand, whoever else uses them meanwhile."""
    mark = var / "keep-servers"
    if wanted:
        mark.touch()
    else:
        mark.unlink(missing_ok=True)


@contextmanager
def hold(var: Path, *, postgres: bool = True, redis: bool = True, durable: bool = True) -> Iterator[dict[str, str]]:
    """The wanted servers while the block runs, as DATABASE_URL and REDIS_URL. The last user stops them."""
    home = Home(var)
    use = Use(home.var)
    use.take()
    try:
        if not (postgres_pid(home) or redis_pid(home)):
            keep(home.var, False)  # a mark from before the machine was switched off
        urls = {}
        if postgres:
            urls["DATABASE_URL"] = start_postgres(var, durable=durable)
        if redis:
            urls["REDIS_URL"] = start_redis(var, durable=durable)
        yield urls
    finally:
        use.release()
        if use.alone() and not (home.var / "keep-servers").exists():
            stop_redis(var)
            stop_postgres(var)
