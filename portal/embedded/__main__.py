"""`python -m portal.embedded start|stop|status`: the servers without the portal."""

import argparse
import sys
from pathlib import Path

from portal import embedded
from portal.env import write_env_file


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m portal.embedded", description=__doc__)
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("--var", type=Path, default=embedded.default_var(), help="folder of the data")
    arguments = parser.parse_args()
    try:
        return {"start": start, "stop": stop, "status": show}[arguments.action](arguments.var)
    except embedded.EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1


def start(var: Path) -> int:
    urls = {"DATABASE_URL": embedded.start_postgres(var), "REDIS_URL": embedded.start_redis(var)}
    embedded.keep(var, True)
    write_env_file(var / "servers.env", urls, "Addresses of the embedded servers, rewritten at every start.")
    for name, url in urls.items():
        print(f"{name}={url}")
    return 0


def stop(var: Path) -> int:
    embedded.keep(var, False)
    embedded.stop_redis(var)
    embedded.stop_postgres(var)
    return 0


def show(var: Path) -> int:
    """Exit code 3 when one of them does not run, as service managers do."""
    found = embedded.status(var)
    for name in ("postgres", "redis"):
        print(f"{name}: {f'runs as process {found[name]}' if found[name] else 'does not run'}")
    return 0 if found["postgres"] and found["redis"] else 3


if __name__ == "__main__":
    sys.exit(main())
