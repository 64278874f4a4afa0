"""`manage.py check --database default`, and so `migrate`, says when the database treats text differently from ours.

Search by trigrams and words, and the order of names, depend on how the database was created. A Debian server that was
installed without a language sees no letters in Chinese text, and nothing fails: searches only find less.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core import checks
from django.db import connections

HINT = (
    "Create the database with: createdb -O portal -T template0 -E UTF8 --locale=C.UTF-8 portal. To keep the data of "
    "this one: pg_dump -Fc into a file, create the new database, pg_restore (docs/operations.md, 'Database')."
)
_SAMPLES = ["水洛镇", "南湖镇", "Müller", "a", "B"]


@checks.register(checks.Tags.database)
def check_text(app_configs, databases: Iterable[str] | None, **kwargs) -> list[checks.CheckMessage]:
    """Encoding (an error), letters and order (warnings) of each database asked about."""
    found: list[checks.CheckMessage] = []
    for alias in databases or ():
        found += _problems(text_behaviour(alias))
    return found


def text_behaviour(alias: str = "default") -> dict[str, object]:
    """What differs between databases by the way they were created; equal on every server that fits."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_encoding'), to_tsvector('simple', 'Müller，快递进村')::text,"
            " lower('ÀÉ'), array(SELECT x FROM unnest(%s::text[]) x ORDER BY x)",
            [_SAMPLES],
        )
        encoding, words, lower, order = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
        trigrams = None
        if cursor.fetchone()[0]:
            cursor.execute("SELECT cardinality(show_trgm('快递进村'))")
            trigrams = cursor.fetchone()[0]
    return {"encoding": encoding, "words": words, "lower": lower, "order": order, "trigrams": trigrams}


def _problems(found: dict[str, object]) -> list[checks.CheckMessage]:
    if found["encoding"] != "UTF8":
        return [checks.Error(f"The database is encoded in {found['encoding']}, not UTF8.", hint=HINT, id="core.E020")]
    problems: list[checks.CheckMessage] = []
    if found["trigrams"] == 0 or found["lower"] != "àé" or found["words"] != "'müller':1 '快递进村':2":
        text = "The database sees no letters in Chinese text: names of places are found late or not at all."
        problems.append(checks.Warning(text, hint=HINT, id="core.W021"))
    if found["order"] != sorted(_SAMPLES):
        text = "The database sorts names by the rules of a language: lists have another order than elsewhere."
        problems.append(checks.Warning(text, hint=HINT, id="core.W022"))
    return problems
