"""Reads of registers that came as files."""

from __future__ import annotations

import uuid
from collections import Counter

from django.db.models import Case, Count, QuerySet, When
from django.utils.translation import gettext_lazy as _

from logistics.licensing.models import RegisterImport, RegisterRow
from logistics.licensing.states import RegisterResult
from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.errors import NotFound


class ImportNotFound(NotFound):
    code = "unknown_register_import"
    message = _("没有这次导入。")
    hint = _("请从导入列表中选择。")


def visible_register_imports(*, actor: Actor) -> QuerySet[RegisterImport]:
    """Imports of the actor's area, for officials who keep the registers there."""
    scope = demand(actor).scope(Permission.ENTERPRISE_EDIT)
    rows = RegisterImport.objects.all()
    if scope.everything:
        return rows
    reach = RegisterImport.objects.none()
    for prefix in scope.divisions:
        reach = reach | rows.filter(area__startswith=prefix)
    return reach


def import_of(*, actor: Actor, id: uuid.UUID | str, lock: bool = False) -> RegisterImport:
    """Raises ImportNotFound also for somebody else's."""
    rows = visible_register_imports(actor=actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=id).first()
    if found is None:
        raise ImportNotFound()
    return found


def counts_of(run: RegisterImport) -> Counter[str]:
    """How many lines have which result, in one query."""
    rows = RegisterRow.objects.filter(run=run).values_list("result").annotate(Count("pk")).order_by()
    return Counter(dict(rows))


def rows_of(run: RegisterImport) -> QuerySet[RegisterRow]:
    """Lines to mend, then lines that change something; what stays as it is comes last."""
    mend = When(result__in=[RegisterResult.REFUSED, RegisterResult.MOVED], then=0)
    stays = When(result=RegisterResult.SAME, then=2)
    return run.rows.order_by(Case(mend, stays, default=1), "line")
