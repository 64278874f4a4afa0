"""Where grants come from. An app above this floor (the registry) adds its own source when it starts.

A source is a function of a user id that returns a queryset of rows (kind, role, target), all text, so that
all sources are read in one UNION ALL statement, once per request. The statement is put together once; the rows are
read anew each time, so that a role withdrawn is gone with the next request.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.db import connection
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Replace

from members.access.models import DivisionGrant
from members.access.states import ScopeKind
from members.accounts.models import Relation
from portal.core.actor import Scope
from portal.regions.models import Division

GrantSource = Callable[[int], QuerySet]
PHONE = "phone"  # target of a consented relative


def text(expression):
    return Cast(expression, TextField())


def division_grants(user_id: int) -> QuerySet:
    return DivisionGrant.objects.filter(user_id=user_id).values_list(
        text(Value(ScopeKind.DIVISION.value)), text("role"), text("division__prefix")
    )


def consented_relatives(user_id: int) -> QuerySet:
    return Relation.objects.filter(
        helper_id=user_id,
        agreed_at__isnull=False,
        ended_at__isnull=True,
        principal__phone_verified=True,
        principal__is_active=True,
    ).values_list(text(Value(PHONE)), text(Value("")), text("principal__phone"))


def guardian_grants(model, kind: ScopeKind) -> GrantSource:
    """Grants kept as django-guardian rows of a direct-foreign-key table `model`."""

    def source(user_id: int) -> QuerySet:
        return model.objects.filter(user_id=user_id, permission__codename__startswith="hold_").values_list(
            text(Value(kind.value)),
            text(Replace("permission__codename", Value("hold_"), Value(""))),
            text("content_object_id"),
        )

    return source


def divisions_named(codes: list[str]) -> dict[str, str]:
    return dict(Division.objects.filter(prefix__in=codes).values_list("prefix", "name"))


Namer = Callable[[list[str]], dict[str, str]]  # targets of one kind → their names
Reach = Callable[[Scope], QuerySet]  # ids of the people who hold a role within a scope
_namers: dict[str, Namer] = {ScopeKind.DIVISION: divisions_named}
_reaches: list[Reach] = []
_sources: list[GrantSource] = [division_grants, consented_relatives]


def add_source(source: GrantSource) -> None:
    if source not in _sources:
        _sources.append(source)
        _statement.cache_clear()


def add_namer(kind: ScopeKind, namer: Namer) -> None:
    _namers[kind] = namer


def add_reach(reach: Reach) -> None:
    """`reach(scope)` returns the ids of people with a role at a place within the scope."""
    if reach not in _reaches:
        _reaches.append(reach)


def reaches() -> list[Reach]:
    return list(_reaches)


def named(kind: str, targets: list[str]) -> dict[str, str]:
    """What the targets of grants of one kind are called."""
    return _namers[kind](targets) if kind in _namers else {}


_USER = -1  # stands for the user's id in the statement


@cache
def _statement() -> tuple[str, tuple]:
    first, *rest = (source(_USER) for source in _sources)
    return first.union(*rest, all=True).query.sql_with_params()


def rows_of(user_id: int) -> list[tuple[str, str, str]]:
    """All (kind, role, target) rows of a user, in one query."""
    sql, values = _statement()
    with connection.cursor() as cursor:
        cursor.execute(sql, [user_id if value == _USER else value for value in values])
        return cursor.fetchall()
