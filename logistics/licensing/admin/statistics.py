"""How the reviewing goes: a panel on the officials' home, and a page of processing times."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds import KINDS
from logistics.licensing.selectors import visible_applications
from logistics.licensing.selectors_times import Times, queue_of, times_of
from logistics.licensing.states import ApplicationState
from members.access.panels import PLACES, Duty, Page, Panel, add_duty, add_page, add_panel
from members.access.states import Permission
from portal.core.access import holders
from portal.core.actor import Actor
from portal.core.clock import county_day, now

SINCE = dt.timedelta(days=365)
GROUPS = (("kind", _("按种类")), ("month", _("按月份")), ("township", _("按乡镇")))


def read_queue(actor: Actor, moment: dt.datetime) -> dict[str, Any]:
    queue = queue_of(actor=actor, now=moment)
    found = reverse("admin:licensing_application_changelist")
    return {
        "queue": queue, "waiting_url": f"{found}?due=waiting", "late_url": f"{found}?due=late",
        "times_url": reverse("admin:review_times"),
    }  # fmt: skip


def times_page(request, context):
    moment = now()
    tables = [
        (title, [_row(by, row) for row in times_of(actor=request.actor, since=moment - SINCE, by=by)])
        for by, title in GROUPS
    ]
    return TemplateResponse(request, "admin/licensing/times.html", {**context, "tables": tables})


def _row(by: str, row: Times) -> dict[str, Any]:
    return {
        "label": _name(by, row.group),
        "value": round(row.median, 1),
        "times": row,
        "share": round(row.in_time * 100),
    }


def _name(by: str, group: Any) -> str:
    if by == "kind":
        return str(KINDS[group].label) if group in KINDS else str(group)
    if by == "month":
        return date_format(group, "Y-m")
    return str(group) if group else gettext("未分乡镇")


def _to_review(actor: Actor, moment: dt.datetime, **more: Any) -> int:
    rows = visible_applications(actor=actor, permission=Permission.APPLICATION_REVIEW)
    return rows.filter(state=ApplicationState.SUBMITTED, **more).count()


def _late(actor: Actor, moment: dt.datetime) -> int:
    return _to_review(actor, moment, due_on__lt=county_day(moment))


def _reviews(due: str) -> str:
    return f"{reverse('admin:licensing_application_changelist')}?due={due}"


for _code, _order, _label, _count, _due in (
    ("reviews_late", 10, _("认证申请，已超期"), _late, "late"),
    ("reviews", 11, _("认证申请，待审核"), _to_review, "waiting"),
):
    add_duty(
        Duty(
            _code, _order, Permission.APPLICATION_REVIEW, _label, _count, lambda moment, due=_due: _reviews(due),
            late=_due == "late",
        )
    )  # fmt: skip
add_panel(Panel("review_queue", 15, Permission.APPLICATION_VIEW, "admin/licensing/home_queue.html", read_queue))
add_page(
    Page(
        "review-times/", "review_times", _("办理时长"), holders(Permission.APPLICATION_VIEW), times_page, PLACES, 6,
        "timer",
    )
)  # fmt: skip
