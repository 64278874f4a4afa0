#!/usr/bin/env python3
"""Django's command line, with the variables that `./run` wrote, so that it works beside a running portal."""

import os
import sys
from pathlib import Path

from portal.env import BadEnvironment, load_env_file

ROOT = Path(__file__).resolve().parent


def main() -> int:
    var = Path(os.environ.get("PORTAL_VAR") or ROOT / "var")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        if os.environ.get("PORTAL_MODE", "development") == "development":
            load_env_file(var / "portal.env")
            load_env_file(var / "servers.env")
        try:
            from django.core.management import execute_from_command_line

            import portal.celery  # noqa: F401  tasks sent by a command reach our broker
        except ImportError:
            sys.exit("Django is not installed for this Python. Use .venv/bin/python, which ./run makes.")
        execute_from_command_line(sys.argv)
    except BadEnvironment as error:
        sys.exit(f"The portal does not start: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
