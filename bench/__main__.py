"""Runs the named benches on a database of their own and prints `name.metric ratio=…` lines last."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("lookup", "ingest", "scope", "labels", "scan", "admin", "register")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)}; all when none is given")
    parser.add_argument("--small", action="store_true", help="100 k parcels and 1 M events instead of 1 M and 10 M")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    names = options.names or NAMES
    with servers(options.small):
        import django

        django.setup()
        return run(names, options.small)


def servers(small: bool):
    """PostgreSQL and Redis under var/bench, or the ones that DATABASE_URL and REDIS_URL name."""
    from contextlib import ExitStack

    from portal import embedded
    from portal.env import make_secret

    stack = ExitStack()
    var = embedded.default_var() / ("bench-small" if small else "bench")
    var.mkdir(parents=True, exist_ok=True)
    given = {name: bool(os.environ.get(name)) for name in ("DATABASE_URL", "REDIS_URL")}
    urls = stack.enter_context(embedded.hold(var, postgres=not given["DATABASE_URL"], redis=not given["REDIS_URL"]))
    os.environ.update(urls)
    os.environ.update(
        {name: make_secret(name) for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "CERTIFICATE_KEYS")}
    )
    os.environ.update(PORTAL_MODE="development", PORTAL_VAR=str(var), DJANGO_SETTINGS_MODULE="portal.settings")
    return stack


def run(names, small: bool) -> int:
    from bench import admin, data, ingest, labels, lookup, register, scan, scope

    started = time.perf_counter()
    size = data.SMALL if small else data.FULL
    data.prepare(size)
    say(f"data ready: {size.parcels:,} parcels, {size.events:,} events ({time.perf_counter() - started:.0f} s)")
    lines: list[str] = []
    for name in names:
        begun = time.perf_counter()
        benches = {
            "lookup": lookup, "ingest": ingest, "scope": scope, "labels": labels, "scan": scan, "admin": admin,
            "register": register,
        }  # fmt: skip
        lines += benches[name].run(size)
        say(f"{name} took {time.perf_counter() - begun:.0f} s")
    sys.stdout.flush()
    print("\n".join(lines))
    return 0


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
