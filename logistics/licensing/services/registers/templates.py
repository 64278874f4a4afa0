"""The workbook of a register to fill in: what belongs where, drop-downs, and a line that this sender could send."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from django.utils.translation import gettext as _

from logistics.licensing.kinds import Kind, Type
from logistics.licensing.services.registers.columns import CODE, ENTERPRISE, PERSON, Column, columns_of, word_of
from logistics.registry.selectors import visible_enterprises
from logistics.registry.states import State
from members.access.states import Permission
from members.accounts.selectors import own_user
from portal.core.actor import Actor, Scope
from portal.core.clock import county_day
from portal.core.fill_in import Words, write_template
from portal.regions.models import Division
from portal.regions.states import Level


def template_workbook(kind: Kind, *, actor: Actor, now: dt.datetime) -> io.BytesIO:
    """The template of a register, at its beginning. Places and the enterprise of the example are the actor's own."""
    columns = columns_of(kind)
    places = _places(actor.scope(kind.writes))
    example = [_example(kind, column, places, actor, county_day(now)) for column in columns]
    lists = {n: words for n, column in enumerate(columns) if (words := _words(column, places)) is not None}
    file = io.BytesIO()
    write_template(
        file, title=str(kind.party._meta.verbose_name), header=[str(c.label) for c in columns], examples=[example],
        lists=lists, cover_title=_("填写说明"), cover=[(str(c.label), _says(c)) for c in columns],
    )  # fmt: skip
    file.seek(0)
    return file


def _places(scope: Scope) -> list[str]:
    """Names of the townships in the actor's area, those that are called so only once."""
    towns = Division.objects.filter(level=Level.TOWNSHIP).order_by("code")
    if not scope.everything:
        own = Division.objects.none()
        for prefix in scope.divisions:
            own = own | towns.filter(code__startswith=prefix[: int(Level.TOWNSHIP)])
        towns = own
    names = list(towns.values_list("name", flat=True))
    return [name for name in names if names.count(name) == 1]


def _words(column: Column, places: list[str]) -> Words | None:
    if column.field is None:
        return None
    if column.field.type == Type.CHOICE:
        return Words(tuple(str(label) for _code, label in column.field.choices))
    if column.field.type == Type.BOOL:
        return Words((_("是"), _("否")))
    return Words(tuple(places), closed=False) if column.field.type == Type.PLACE else None


def _example(kind: Kind, column: Column, places: list[str], actor: Actor, today: dt.date) -> str:
    if column.name == ENTERPRISE:
        return _enterprise(actor) if not kind.of_person else ""
    if column.name == PERSON:
        return own_user(actor=actor).phone if kind.of_person else ""
    if column.field is None:
        return ""
    if column.field.type == Type.PLACE:
        return places[0] if places else ""
    value: Any = kind.example.get(column.name)
    if column.field.type == Type.DATE and value is not None:
        return (today + dt.timedelta(days=value)).isoformat()
    return word_of(column.field, value)


def _enterprise(actor: Actor) -> str:
    rows = visible_enterprises(actor=actor, permission=Permission.ENTERPRISE_VIEW).filter(state=State.ACTIVE)
    return rows.order_by("code").values_list("code", flat=True).first() or ""


def _says(column: Column) -> str:
    """What belongs into a column: whether it is needed, its choices, the help of the form."""
    if column.name == CODE:
        return _("已登记的填写；新登记的留空。")
    if column.name == ENTERPRISE:
        return _("已登记企业的代码，或统一社会信用代码。不属于企业的留空。")
    if column.name == PERSON:
        return _("本人（或车主）登录平台所用的手机号。不属于个人的留空。")
    if column.field is None:
        return ""
    words = "、".join(str(label) for _code, label in column.field.choices)
    several = _("可填几项，用顿号隔开") if column.field.type == Type.CHOICES else ""
    parts = [_("必填") if column.needed else _("可不填"), words, several, str(column.field.help)]
    return "；".join(part for part in parts if part)
