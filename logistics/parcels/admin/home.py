"""The county at a glance: what the parcels app adds to the home of the officials' site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from logistics.parcels import selectors_county as county
from logistics.parcels.admin.filters import FLOW_LABELS, LEVEL_LABELS
from logistics.parcels.models import Handover, RefusedEvent
from logistics.parcels.selectors_imports import visible_imports
from logistics.parcels.selectors_looks import LOOKED, LOOKS_MOST, busy_lookers
from logistics.parcels.selectors_refused import visible_refusals
from logistics.parcels.states import HandoverState, ImportState, Issue
from logistics.registry.selectors import visible_stations
from members.access.panels import Duty, Panel, add_duty, add_panel
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.clock import begin_of_days

KEPT = 60  # seconds; counting a busy county takes a good part of one
RECENT = 7  # days of the county's calendar, today included
BAR_WIDTH, BAR_STEP = 300, 44


def figures(actor: Actor, now: dt.datetime) -> county.County:
    """As county_figures, kept for a minute for everybody with the same area."""
    areas = ",".join(sorted(actor.scope(Permission.PARCEL_VIEW).divisions))
    key = f"county-figures:{areas}:{county.day_start(now):%Y%m%d}"
    found = cache.get(key)
    if found is None:
        found = county.county_figures(actor=actor, now=now)
        cache.set(key, found, KEPT)
    return found


def read_county(actor: Actor, now: dt.datetime) -> dict[str, Any]:
    found = figures(actor, now)
    parts = county.parts_of(actor.scope(Permission.PARCEL_VIEW).divisions)
    rows = [(part, found.parts.get(part.prefix) or county.Part()) for part in parts]
    return {
        "at": found.at,
        "flow": [(label, found.whole.flow[name], _list(today=name)) for name, label in FLOW_LABELS.items()],
        "stock": [(label, found.whole.stock[level], _list(lying=level)) for level, label in LEVEL_LABELS.items()],
        "way": (found.whole.on_the_way, _list(open="1")),
        "overdue": (found.whole.overdue, _list(late="1")),
        "issues": [
            (label, found.whole.issues[code], _list(issue=code))
            for code, label in Issue.choices
            if found.whole.issues[code]
        ],
        "handovers": _handovers(actor, now),
        "rows": [_row(part, figure) for part, figure in rows],
        "bars": _bars(rows),
    }


def _row(part, figure: county.Part) -> dict[str, Any]:
    def cell(count: int, **query: str) -> tuple[int, str]:
        return count, _list(area=part.prefix, **query)

    return {
        "name": part.name,
        "link": _list(area=part.prefix),
        "cells": [
            cell(figure.flow["shelved"], today="shelved"),
            cell(figure.flow["given_out"], today="given_out"),
            cell(figure.flow["at_doors"], today="at_doors"),
            cell(figure.flow["signed"], today="signed"),
            cell(figure.flow["upstream"], today="upstream"),
            cell(figure.on_the_way, open="1"),
            cell(figure.overdue, late="1"),
        ],
    }


def _bars(rows) -> dict[str, Any]:
    """Lengths for the chart beside the table: parcels on their way and late ones, to one scale."""
    longest = max((figure.on_the_way for _part, figure in rows), default=0) or 1
    bars = [
        {
            "name": part.name,
            "y": BAR_STEP * number,
            "one": figure.on_the_way,
            "one_width": round(BAR_WIDTH * figure.on_the_way / longest, 1),
            "two": figure.overdue,
            "two_width": round(BAR_WIDTH * figure.overdue / longest, 1),
        }
        for number, (part, figure) in enumerate(rows)
    ]
    return {"rows": bars, "height": BAR_STEP * len(bars) or BAR_STEP}


def _handovers(actor: Actor, now: dt.datetime) -> list[tuple[str, int, str]]:
    stations, since = visible_stations(actor=actor).values("pk"), begin_of_days(now, RECENT)
    counts = Handover.objects.filter(station__in=stations).aggregate(
        open=Count("pk", filter=Q(state=HandoverState.PENDING)),
        disputed=Count("pk", filter=Q(state=HandoverState.DISPUTED, offered_at__gte=since)),
    )
    page = reverse("admin:parcels_handover_changelist")
    return [
        (HandoverState.PENDING.label, counts["open"], f"{page}?state__exact=pending"),
        (
            HandoverState.DISPUTED.label,
            counts["disputed"],
            f"{page}?state__exact=disputed&offered_at_from={since:%Y-%m-%d}",
        ),
    ]


def _list(**query: str) -> str:
    return f"{reverse('admin:parcels_parcel_changelist')}?{urlencode(query)}"


def read_data(actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """Data that did not come in, and files that wait for somebody."""
    since = begin_of_days(now, RECENT)
    states = visible_imports(actor=actor).order_by().values("state").annotate(count=Count("pk"))
    waiting = {row["state"]: row["count"] for row in states.filter(created_at__gte=since)}
    page = reverse("admin:parcels_importbatch_changelist")
    imports = [
        (label, waiting.get(code, 0), f"{page}?state__exact={code}&created_at_from={since:%Y-%m-%d}")
        for code, label in ImportState.choices
    ]
    return {
        "refused": _refused(actor, now),
        "refused_page": reverse("admin:parcels_refusedevent_changelist"),
        "imports": [row for row in imports if row[1]],
        "imports_page": page,
    }


def _refused(actor: Actor, now: dt.datetime) -> list[tuple[Any, int, str]]:
    if not actor.may(Permission.REFUSED_VIEW):
        return []
    page, since = reverse("admin:parcels_refusedevent_changelist"), begin_of_days(now, RECENT)
    rows = visible_refusals(actor=actor).filter(settled_at=None, last_at__gte=since)
    counts = rows.order_by().values("code").annotate(count=Count("pk")).order_by("-count")
    labels = dict(RefusedEvent._meta.get_field("code").choices or ())
    return [
        (
            labels.get(row["code"], row["code"]), row["count"],
            f"{page}?code__exact={row['code']}&settled=0&last_at_from={since:%Y-%m-%d}",
        )
        for row in counts
    ]  # fmt: skip


def read_looks(actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """Who looked at many people's full details today. Nothing is shown on an ordinary day."""
    page = reverse("admin:audit_auditentry_changelist")
    rows = [
        (
            one.user.get_full_name() if one.user else one.person, one.count,
            f"{page}?{urlencode({'actor__icontains': one.person, 'action__icontains': LOOKED})}",
        )
        for one in busy_lookers(actor=actor, now=now)
    ]  # fmt: skip
    return {"rows": rows, "most": LOOKS_MOST}


def _week(page: str, day: str, moment: dt.datetime, state: str) -> str:
    since = begin_of_days(moment, RECENT)
    return f"{reverse(f'admin:parcels_{page}_changelist')}?state__exact={state}&{day}_from={since:%Y-%m-%d}"


def _disputed(actor: Actor, now: dt.datetime) -> int:
    stations = visible_stations(actor=actor).values("pk")
    rows = Handover.objects.filter(station__in=stations, state=HandoverState.DISPUTED)
    return rows.filter(offered_at__gte=begin_of_days(now, RECENT)).count()


def _files(state: str) -> Callable[[Actor, dt.datetime], int]:
    def count(actor: Actor, now: dt.datetime) -> int:
        return visible_imports(actor=actor).filter(state=state, created_at__gte=begin_of_days(now, RECENT)).count()

    return count


add_duty(
    Duty(
        "disputes", 30, Permission.STATION_VIEW, _("交接有争议，近 7 天"), _disputed,
        lambda moment: _week("handover", "offered_at", moment, HandoverState.DISPUTED),
    )
)  # fmt: skip
for _order, _state, _label in (
    (40, ImportState.FAILED, _("文件未能读取，近 7 天")),
    (41, ImportState.CHECKED, _("文件试运行了，还没有导入，近 7 天")),
):
    add_duty(
        Duty(
            f"imports_{_state}", _order, Permission.IMPORT_VIEW, _label, _files(_state),
            lambda moment, state=_state: _week("importbatch", "created_at", moment, state),
        )
    )  # fmt: skip
add_panel(Panel("looks", 15, Permission.AUDIT_VIEW, "admin/parcels/home_looks.html", read_looks))
add_panel(Panel("county", 10, Permission.PARCEL_VIEW, "admin/parcels/home_county.html", read_county))
add_panel(Panel("data", 20, Permission.IMPORT_VIEW, "admin/parcels/home_data.html", read_data))
