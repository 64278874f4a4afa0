"""PostgreSQL and Redis for a run: those named by DATABASE_URL and REDIS_URL, or the embedded ones."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

from portal import embedded
from portal.env import BadEnvironment, database_from_url, write_env_file

OLDEST_POSTGRES = 15
PATIENCE = 30  # seconds for a given server which is still starting itself


@contextmanager
def servers(var: Path) -> Iterator[dict[str, bool]]:
    """Both addresses stand in the environment while the block runs; embedded servers stop after it.

    Gives which of the two are embedded, and so ours to look after.
    """
    given_database, given_redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if given_database:
        check_database(given_database)
    if given_redis:
        check_redis(given_redis)
    with embedded.hold(var, postgres=not given_database, redis=not given_redis) as urls:
        os.environ.update(urls)
        used = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
        write_env_file(var / "servers.env", used, "The servers of the last ./run, for manage.py.")
        yield {"postgres": not given_database, "redis": not given_redis}


def check_database(url: str, patience: float = PATIENCE) -> None:
    """Refuse an unreachable or too old server in a sentence without the password."""
    settings = database_from_url(url)
    where = f"{settings['HOST'] or 'the local socket'}, database {settings['NAME']}"
    deadline = time.monotonic() + patience
    while True:
        try:
            with psycopg.connect(**_connection(settings)) as connection:
                version = connection.info.server_version // 10000
            break
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or "starting up" not in str(error):
                reason = str(error).strip().splitlines()[-1]
                raise BadEnvironment(
                    "DATABASE_URL",
                    f"cannot be used: no connection to {where} ({reason})",
                    "Start that server, correct the address, or unset it to use the embedded one.",
                ) from None
            time.sleep(1)
    if version < OLDEST_POSTGRES:
        raise BadEnvironment(
            "DATABASE_URL",
            f"leads to PostgreSQL {version}",
            f"Use version {OLDEST_POSTGRES} or newer, or unset it to use the embedded one.",
        )


def _connection(settings: dict[str, Any]) -> dict[str, Any]:
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    found = {libpq: settings[django] for django, libpq in names.items() if settings[django]}
    return {"connect_timeout": 10, **found, **settings["OPTIONS"]}


def check_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_timeout=10) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise BadEnvironment(
            "REDIS_URL",
            f"cannot be used ({error})",
            "Start that server, correct the address, or unset it to use the embedded one.",
        ) from None
