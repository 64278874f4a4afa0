"""`python -m portal.web read [--port 8000] [--check]`: one web service, started only with a configuration that works.

Settings, URL conf and the system checks are loaded once, here, before any process is made: what can never serve ends
with a sentence and exit code 78, instead of being started again and again. The server's processes inherit what
was loaded.
"""

import argparse
import os
import sys
from importlib import import_module

from django.conf import settings
from django.core import checks
from granian import Granian
from granian.constants import Interfaces

from portal.env import BadEnvironment
from portal.runner.say import complain
from portal.web.services import ALL, SIZES

BAD_CONFIGURATION = 78  # sysexits.h: EX_CONFIG; systemd does not start again after it


def main() -> int:
    options = _parse()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    problem = find_problem()
    if problem:
        complain(f"The portal does not start: {problem}")
        return BAD_CONFIGURATION
    if not options.check:
        serve(options)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal.web", description=__doc__)
    parser.add_argument("service", choices=sorted(SIZES), nargs="?", default=ALL)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, help="instead of the service's own")
    parser.add_argument("--workers", type=int, help="processes; in production as many as cores")
    parser.add_argument("--check", action="store_true", help="only look whether the configuration can serve")
    return parser.parse_args()


def find_problem() -> str:
    """Why this configuration can never serve, as a sentence; empty when it can."""
    try:
        import_module("portal.wsgi")  # settings, apps, middleware and URL conf; read only now, so that it can be told
        return _failed_checks()
    except BadEnvironment as error:
        return str(error)
    except Exception as error:  # whatever it is: every process of the server would end the same way
        return f"{type(error).__name__}: {error}"


def _failed_checks() -> str:
    found = checks.run_checks(include_deployment_checks=settings.PRODUCTION)
    return "\n".join(str(m) for m in found if m.level >= checks.ERROR and not m.is_silenced())


def serve(options: argparse.Namespace) -> None:
    """Runs until it is told to stop. Raises SystemExit with a code other than 0 when its processes die at once."""
    size = SIZES[options.service]
    Granian(
        "portal.wsgi:application",
        address=options.host,
        port=options.port or size.port,
        interface=Interfaces.WSGI,
        workers=options.workers or size.workers,
        blocking_threads=size.threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
    ).serve()


if __name__ == "__main__":
    sys.exit(main())
