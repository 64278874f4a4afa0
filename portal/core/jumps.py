"""A transition table that the database holds: an illegal jump is refused whoever tries it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.migrations.operations import RunSQL


def jump_guard(*, table: str, moves: Mapping[str, Collection[str]], column: str = "state") -> RunSQL:
    """A migration operation: `column` of `table` may only change as `moves` allows (state → states that may follow).

    A refused jump raises check_violation under the constraint name `<table>_jump`, an IntegrityError in Django.
    Migrations write the table out, so that they stay what they were; a test compares the last one with `states.py`.
    """
    pairs = sorted((start, end) for start, ends in moves.items() for end in ends)
    allowed = ", ".join(f"('{start}', '{end}')" for start, end in pairs)
    name = f"{table}_jump"
    forward = f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.{column}, NEW.{column}) NOT IN ({allowed}) THEN
                RAISE EXCEPTION '{table}: % may not become %', OLD.{column}, NEW.{column}
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{name}', TABLE = '{table}';
            END IF;
            RETURN NEW;
        END $$;
        DROP TRIGGER IF EXISTS {name} ON {table};
        CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table}
            FOR EACH ROW WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION {name}();
    """
    return RunSQL(forward, f"DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}();")
