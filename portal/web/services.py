"""Which web service answers which address, and how large each one is.

Who looks something up must not wait for a carrier's file, for a scan that waits for a lock, or for somebody's password
to be hashed. So production runs three services of the same code, and the proxy tells them apart by method and path:
deploy/nginx.conf and deploy/Caddyfile say what stands here (tests/meta/test_web_services.py holds them to it).
Why: docs/decisions/three-services.md.
"""

from dataclasses import dataclass

READ, WRITE, SIGN_IN, ALL = "read", "write", "sign-in", "all"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Size:
    """Processes, and threads in each of them. Each thread keeps a connection to the database."""

    port: int
    workers: int
    threads: int


# More threads cost fast pages a little (docs/decisions/three-services.md), but one that waits stops no other.
SIZES = {
    READ: Size(port=8000, workers=2, threads=2),
    WRITE: Size(port=8001, workers=2, threads=8),
    SIGN_IN: Size(port=8002, workers=1, threads=2),
    ALL: Size(port=8000, workers=2, threads=8),
}


@dataclass(frozen=True)
class Route:
    """Requests whose path begins with `prefix`; `safe`: only those that change nothing."""

    prefix: str
    service: str
    safe: bool = False


# The first that fits answers.
ROUTES = (
    # Hashing a password keeps a core busy for half a second, whoever types it.
    Route("/accounts/", SIGN_IN),
    Route("/admin/login/", SIGN_IN),
    Route("/api/v1/track/", READ),
    Route("/api/v1/verify/", READ),
    # What terminals, carriers, scan pages and officials send, and the lists they look at.
    Route("/api/", WRITE),
    Route("/admin/", WRITE),
    Route("/hooks/", WRITE),
    Route("/work/", WRITE),
    # Forms that keep a count, a cookie or a code, and no row that somebody else may have locked.
    Route("/t/", READ),
    Route("/code/", READ),
    Route("/check/", READ),
    Route("/verify/", READ),
    Route("/i18n/", READ),
    Route("/", READ, safe=True),
    Route("/", WRITE),
)


def service_of(method: str, path: str) -> str:
    """The service that answers a request."""
    return next(
        route.service
        for route in ROUTES
        if path.startswith(route.prefix) and (not route.safe or method in SAFE_METHODS)
    )
