"""Run inside a portal's environment: the three web services, worker and scheduler, each brought back when it dies.

`python -m tests.outage.supervise PORTS`, with PORTS as JSON by service. It is `./run`'s own care, in production mode
and with the services as deploy/ has them; it looks after the embedded servers too, which the caller holds.
`processes.json` in PORTAL_VAR tells the leading process of each.
"""

import json
import os
import sys
import time
from pathlib import Path

from portal.runner.care import Care
from portal.runner.children import Children, StopSwitch

PROCESSES = "processes.json"
WORKER = ("worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle")


def main() -> int:
    var, ports = Path(os.environ["PORTAL_VAR"]), json.loads(sys.argv[1])
    switch = StopSwitch()
    children = Children(var / "log", switch)

    def tell() -> None:
        scratch = var / f"{PROCESSES}.new"
        scratch.write_text(json.dumps(children.sessions()), encoding="utf-8")
        scratch.replace(var / PROCESSES)

    care = Care(var, children, {"postgres": True, "redis": True}, tell)
    try:
        for service, port in ports.items():
            children.start(service, "portal.web", service, "--port", str(port))
        children.start("worker", "celery", "-A", "portal.celery", *WORKER)
        children.start("beat", "celery", "-A", "portal.celery", "beat", "--loglevel", "INFO", "--pidfile=")
        tell()
        while not switch.wanted:
            care.round()
            time.sleep(0.3)
    finally:
        children.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
