"""A worker in a process of its own that is killed in mid-batch: `python -m tests.notify.killed_worker <where>`.

Takes the test's database from the environment and says on its output how far it came, then waits to be killed:
`claimed` with a message in hand, `asking` while the provider has the request, `answered` after its answer.
"""

from __future__ import annotations

import os
import sys
import time

import django


def main(where: str) -> None:
    from portal.core.clock import now
    from portal.notify.services import claim, deliver, delivery

    def stop(*_args, **_more):
        print(where, flush=True)  # noqa: T201
        time.sleep(60)

    (held,) = claim(now=now(), limit=1)
    if where == "claimed":
        stop()
    if where == "answered":
        delivery._finish = stop
    if where == "asking":
        print(where, flush=True)  # noqa: T201  the provider of the test does not answer
    deliver(message_id=held, now=now())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    main(sys.argv[1])
