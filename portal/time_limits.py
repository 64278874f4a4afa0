"""How long a process waits for the database. Why: docs/decisions/time-limits-of-web.md."""

# Milliseconds. A lock is waited for as long as a person waits before tapping again; a statement of a page or a scan
# takes hundredths of a second and the longest piece of a file a few seconds; a transaction in which nothing happens
# holds the locks of a process that hangs.
WEB = {"lock_timeout": 2_500, "statement_timeout": 15_000, "idle_in_transaction_session_timeout": 30_000}
# The worker, commands and migrations wait for locks as long as it takes.
WORK = {"idle_in_transaction_session_timeout": 600_000}


def with_time_limits(options: str, *, web: bool) -> str:
    """libpq's `options` with our limits in front, so that what DATABASE_URL itself says wins."""
    limits = " ".join(f"-c {name}={value}" for name, value in (WEB if web else WORK).items())
    return f"{limits} {options}".strip()
