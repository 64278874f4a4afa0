"""Who is still to be asked whether a parcel may stay: a list for after the scanning, with a call and the answers."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from logistics.desk.places import current_station
from logistics.desk.selectors_asked import Waiting, waiting_for_consent
from logistics.desk.services.answering import answer_scan
from logistics.desk.services.questions import AGREED, CONSENT_ANSWERS
from logistics.desk.states import Result
from logistics.parcels.selectors_work import may_look_at
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import DomainError

ALL = "all"  # instead of one scan: take in whatever was agreed to meanwhile


@needs(Permission.STATION_RECEIVE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def asking_page(request):
    """What waits for a word at this station. A POST notes one answer, or takes in all that were agreed to."""
    station = current_station(request, Permission.STATION_RECEIVE)
    if request.method == "POST":
        _answer(request, station)
        return redirect("work_asking")
    rows = waiting_for_consent(station=station, now=now())
    seen = may_look_at(actor=request.actor, parcels=[row.parcel.pk for row in rows])
    context = {
        "station": station,
        "agreed": [row for row in rows if row.agreed],
        "rows": [
            {"row": row, "call": row.parcel.pk in seen and row.call, "answers": _answers(row)}
            for row in rows
            if not row.agreed
        ],
        "may_consent": request.actor.may(Permission.CONSENT_RECORD),
    }
    return render(request, "desk/asking.html", context)


def _answers(row: Waiting) -> list[dict]:
    """What its question offers, in the language of whoever reads it now."""
    asked = (row.scan.answer.get("ask") or {}).get("options", [])
    return [{"value": one["value"], "label": CONSENT_ANSWERS.get(one["value"], one["label"])} for one in asked]


def _answer(request, station) -> None:
    scan, value = request.POST.get("scan", ""), request.POST.get("value", "")
    if scan == ALL:
        rows = waiting_for_consent(station=station, now=now())
        return _take_in(request, [row.scan.pk for row in rows if row.agreed])
    try:
        answer = answer_scan(id=uuid.UUID(scan), value=value, actor=request.actor, now=now())
    except ValueError:
        return messages.error(request, _("没有这次扫描。请刷新页面。"))
    except DomainError as error:
        return messages.error(request, f"{error.message}{error.hint}")
    tell = messages.success if answer.result == Result.OK else messages.warning
    tell(request, " ".join(filter(None, [answer.printed or answer.number, answer.message, answer.hint])))
    return None


def _take_in(request, scans: list[uuid.UUID]) -> None:
    """Each alone, so that one that can't be taken in holds no other up."""
    done, refused = 0, []
    for scan in scans:
        try:
            answer = answer_scan(id=scan, value=AGREED, actor=request.actor, now=now())
        except DomainError as error:
            refused.append(f"{error.message}{error.hint}")
            continue
        if answer.result == Result.OK:
            done += 1
        else:
            refused.append(f"{answer.printed or answer.number} {answer.message}{answer.hint}")
    if done or not refused:
        messages.success(request, ngettext("已入库 %(n)s 件。", "已入库 %(n)s 件。", done) % {"n": done})
    for text in refused:
        messages.warning(request, text)
