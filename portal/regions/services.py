"""Writing divisions: a county is loaded from the national register, as often as one likes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal.regions import codes, names, register
from portal.regions.models import Division, DivisionAlias
from portal.regions.states import Level

SHORTEST = 2  # signs of an alias; the database wants no fewer


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did. `kept` rows were edited by people and were left alone."""

    code: str
    name: str
    total: int
    created: int
    updated: int
    kept: int
    townships: int
    villages: int
    repeated: int


# One statement whatever the number of rows. A row somebody edited is never touched, an unchanged one not rewritten;
# a point that somebody entered survives a register that has none.
UPSERT = """
WITH incoming AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(
        code text, prefix text, level smallint, kind text, name text, short_name text, pinyin text, initials text,
        parent_id text, longitude numeric, latitude numeric)
), written AS (
    INSERT INTO regions_division AS d (code, prefix, level, kind, name, short_name, pinyin, initials, parent_id,
                                       longitude, latitude, illustrative, repeats, edited)
    SELECT code, prefix, level, kind, name, short_name, pinyin, initials, parent_id, longitude, latitude,
           longitude IS NOT NULL, false, false
    FROM incoming
    ON CONFLICT (code) DO UPDATE SET
        name = excluded.name, short_name = excluded.short_name, pinyin = excluded.pinyin, initials = excluded.initials,
        kind = excluded.kind, parent_id = excluded.parent_id, longitude = coalesce(d.longitude, excluded.longitude),
        latitude = coalesce(d.latitude, excluded.latitude),
        illustrative = CASE WHEN d.longitude IS NULL THEN excluded.illustrative ELSE d.illustrative END
    WHERE NOT d.edited
      AND (d.name, d.short_name, d.pinyin, d.initials, d.kind, coalesce(d.parent_id, ''), d.longitude IS NULL)
          IS DISTINCT FROM (excluded.name, excluded.short_name, excluded.pinyin, excluded.initials, excluded.kind,
                            coalesce(excluded.parent_id, ''), coalesce(d.longitude, excluded.longitude) IS NULL)
    RETURNING (d.xmax = 0) AS created
)
SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created),
       (SELECT count(*) FROM incoming JOIN regions_division USING (code) WHERE edited)
FROM written
"""

RENAMED = """
SELECT d.code, d.name
FROM jsonb_to_recordset(%s::jsonb) AS r(code text, name text) JOIN regions_division d USING (code)
WHERE NOT d.edited AND d.name <> r.name
"""

# Marks short names that occur more than once inside one county.
MARK_REPEATS = """
WITH counted AS (
    SELECT code, count(*) OVER (PARTITION BY level, short_name) > 1 AS again
    FROM regions_division WHERE prefix LIKE %s AND level >= 9
), changed AS (
    UPDATE regions_division d SET repeats = again FROM counted c
    WHERE c.code = d.code AND d.repeats <> c.again
)
SELECT count(*) FILTER (WHERE again) FROM counted
"""


def load_county(code: str, *, progress: Callable[[str], None] = lambda line: None) -> Loaded:
    """Load a county, the townships and villages in it, and all provinces, cities and counties of the country.

    Idempotent; rows that people edited stay as they are, nothing is ever deleted, and a place that the register calls
    otherwise now keeps its old name as an alias: addresses say it for years. Raises BadInput for a
    code that is no county's and NotFound for a county that the register does not have.
    """
    county = codes.county(code)
    inside = list(register.inside(county))
    higher = list(register.higher_levels())
    progress(f"{county.prefix}: {len(inside)} townships and villages, {len(higher)} higher divisions")
    rows = [entry.as_row() for entry in (*higher, *inside)]
    sent = json.dumps(rows, ensure_ascii=False)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RENAMED, [sent])
        keep_old_names(cursor.fetchall())
        cursor.execute(UPSERT, [sent])
        created, updated, kept = cursor.fetchone()
        repeated = mark_repeats(county.prefix)
    progress(f"{county.prefix}: {created} new, {updated} changed, {kept} edited by people and kept")
    townships = sum(entry.code.level == Level.TOWNSHIP for entry in inside)
    return Loaded(
        county.text,
        Division.objects.get(code=county.text).name,
        len(rows), created, updated, kept, townships, len(inside) - townships, repeated,
    )  # fmt: skip


def keep_old_names(renamed: Iterable[tuple[str, str]]) -> None:
    """(code, old name) of places that were renamed: addresses with the old name still find them."""
    DivisionAlias.objects.bulk_create(
        (
            DivisionAlias(division_id=code, name=old, key=key, note=_("改名前的名称。"))
            for code, old in renamed
            if len(key := names.clean(old)) >= SHORTEST
        ),
        ignore_conflicts=True,
    )


def mark_edited(division: Division) -> None:
    """Makes an unsaved change by a person one that reloads leave alone, and keeps what search needs in step."""
    division.edited = True
    division.pinyin, division.initials = names.pinyin(division.short_name), names.initials(division.short_name)


def mark_repeats(county_prefix: str) -> int:
    """Recompute which short names repeat inside a county. Returns how many places share theirs."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_REPEATS, [county_prefix + "%"])
        return cursor.fetchone()[0]
