"""The tests' database: migrated once for the code as it is, copied for each process, swept after tests that commit.

Migrating takes seconds, and so does Django's flush (every table truncated, all permissions made again); there are
several processes and hundreds of tests that commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

ROOT = Path(__file__).resolve().parent.parent
CODE = ("portal", "members", "logistics", "emergency")
TEMPLATE = "portal_template_"
LOCK = 620825  # of the processes that want the same template


# -- A copy of the template -------------------------------------------------------------------------------------


@contextmanager
def own_database() -> Iterator[None]:
    """A fresh, migrated database of this process; dropped at the end."""
    before = connection.settings_dict["NAME"]
    name = connection.settings_dict["TEST"]["NAME"] or f"test_{before}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        template = _template(cursor)
        _drop(cursor, name)
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    _use(name)
    yield
    _use(before)
    with connection._nodb_cursor() as cursor:
        _drop(cursor, name)


def _drop(cursor: CursorWrapper, name: str) -> None:
    """Not WITH (FORCE): that fails where the server's own vacuum is at work, which a plain DROP sends away."""
    cursor.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user", [name]
    )
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _template(cursor: CursorWrapper) -> str:
    """The name of the database that this code has migrated: made if it is not there, in place of older ones."""
    name = f"{TEMPLATE}{fingerprint()}"
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{TEMPLATE}%"])
    found = [row[0] for row in cursor.fetchall()]
    if name in found:
        return name
    for old in found:
        _drop(cursor, old)
    making = f"{name}_making"  # a start that was cut off must not look like a template
    given, wanted = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = making
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.settings_dict["TEST"]["NAME"] = wanted
    _use(given)
    cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def fingerprint() -> str:
    """Of everything that migrations and what runs after them may read."""
    files = [ROOT / "requirements.txt"]
    files += [path for top in CODE for kind in ("py", "sql") for path in (ROOT / top).rglob(f"*.{kind}")]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


# -- Sweeping ---------------------------------------------------------------------------------------------------

_flush = TransactionTestCase._fixture_teardown
_kept: dict[str, str] = {}  # table → content, of what Django makes again after each flush: permissions and the like


def sweep(case: TransactionTestCase) -> None:
    """Leaves what Django's flush leaves, by deleting the few rows a test made.

    Django's own flush comes first in each process and shows what is left after it; and it comes again whenever a
    test changed one of those rows.
    """
    if not _kept or case.serialized_rollback or case.reset_sequences or not _sweep():
        _flush(case)
        with connection.cursor() as cursor:
            _kept.clear()
            _kept.update(_contents(cursor, _filled(cursor)))


def _sweep() -> bool:
    """Whether it could be done."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            tables = _filled(cursor)
            if _contents(cursor, list(_kept)) != _kept:
                return False
            _delete(cursor, [table for table in tables if table not in _kept])
    except DatabaseError:
        return False
    return True


def _filled(cursor: CursorWrapper) -> list[str]:
    """Tables with rows, of those that Django's flush empties."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)
    cursor.execute(asked)
    return sorted(row[0] for row in cursor.fetchall())


def _contents(cursor: CursorWrapper, tables: list[str]) -> dict[str, str]:
    found = {}
    for table in tables:
        cursor.execute(f'SELECT md5(string_agg(r::text, chr(10) ORDER BY r::text)) FROM "{table}" r')
        found[table] = cursor.fetchone()[0]
    return found


def _delete(cursor: CursorWrapper, tables: list[str]) -> None:
    """Waits for whoever still writes. Triggers that keep histories from being deleted sleep for the moment."""
    if not tables:
        return
    cursor.execute("LOCK TABLE " + ", ".join(f'"{table}"' for table in tables) + " IN ACCESS EXCLUSIVE MODE")
    cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0")
    guarded = [table for (table,) in cursor.fetchall() if table in tables]
    for table in guarded:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    for table in tables:
        cursor.execute(f'DELETE FROM "{table}"')
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in guarded:
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
