"""Gives pytest what the portal needs before its settings load: mode, secrets, PostgreSQL and Redis.

With DATABASE_URL or REDIS_URL in the environment those servers are used; without, embedded ones under
PORTAL_VAR/test, apart from the data of `./run`. Loaded by `addopts` in pyproject.toml.
"""

import atexit
import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from portal import embedded, translations
from portal.embedded.locks import try_exclusive
from portal.env import make_secret, read_env_file, write_env_file

SECRETS = ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "CERTIFICATE_KEYS")
PREPARED = "PORTAL_TEST_PREPARED"  # inherited by xdist workers: the servers are the controller's business
SLOTS = 7  # test runs at the same time in one PORTAL_VAR
REDIS_DATABASES_PER_SLOT = 8

_running = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The first hook pytest calls, and so the only one that comes before pytest-django reads the settings."""
    if PREPARED not in os.environ:
        prepare(embedded.default_var() / "test")
    if "PYTEST_XDIST_WORKER" in os.environ:
        _give_worker_its_own_cache(os.environ["PYTEST_XDIST_WORKER"])


def prepare(var: Path) -> None:
    var = var.absolute()
    os.environ.update(make_environment(var))
    given = {name: bool(os.environ.get(name)) for name in ("DATABASE_URL", "REDIS_URL")}
    atexit.register(_running.close)
    urls = _running.enter_context(
        embedded.hold(var, postgres=not given["DATABASE_URL"], redis=not given["REDIS_URL"], durable=False)
    )
    slot = _take_slot(var)
    if "DATABASE_URL" in urls and slot:
        urls["DATABASE_URL"] = _with_database(urls["DATABASE_URL"], f"portal_{slot}")
    if "REDIS_URL" in urls:
        urls["REDIS_URL"] = _with_redis_database(urls["REDIS_URL"], slot * REDIS_DATABASES_PER_SLOT)
    os.environ.update(urls)
    translations.compile_all()
    os.environ[PREPARED] = "1"


def make_environment(var: Path) -> dict[str, str]:
    """Mode, folder and secrets of test runs. The secrets are made once and kept, as `./run` does."""
    (var / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a folder that is not there
    path = var / "portal.env"
    kept = read_env_file(path)
    missing = {name: make_secret(name) for name in SECRETS if name not in kept}
    if missing:
        write_env_file(path, {**kept, **missing}, "Secrets of the test runs.")
    return {"PORTAL_MODE": "test", "PORTAL_VAR": str(var), **kept, **missing}


def _take_slot(var: Path) -> int:
    """Two runs at the same time must not drop each other's database. The lock ends with this process."""
    for slot in range(SLOTS):
        if try_exclusive(var / f"slot-{slot}.lock") is not None:
            return slot
    raise pytest.UsageError(f"{SLOTS} test runs use {var} already. Wait for one, or set another PORTAL_VAR.")


def _give_worker_its_own_cache(worker: str) -> None:
    """Workers count rate limits and clear caches: each in a Redis database of its own."""
    number = int(worker.removeprefix("gw")) + 1
    url = os.environ["REDIS_URL"]
    base = int(url.rpartition("db=")[2]) if "db=" in url else 0
    os.environ["REDIS_URL"] = _with_redis_database(url, base + number)


def _with_database(url: str, name: str) -> str:
    address, _, options = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}?{options}"


def _with_redis_database(url: str, number: int) -> str:
    return f"{url.partition('?')[0]}?db={number}"
