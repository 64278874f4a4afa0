"""My parcels: a member's own and those of relatives who agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from logistics.parcels.lookup_own import own_parcel, own_parcels
from logistics.parcels.selectors_consent import standing_consent
from logistics.parcels.selectors_waiting import returns_due
from logistics.parcels.services.consent import give_consent, withdraw_consent
from logistics.parcels.services.pickup import name_proxies, spaced
from portal.core.access import signed_in
from portal.core.clock import COUNTY_TIME, county_day, now
from portal.core.errors import BadInput, DomainError
from portal.core.masking import mask_name
from portal.public.handout import handout
from portal.public.telling import Place, Told, Way, told_of
from portal.public.views.track import private
from portal.public.words import words

MOST_AT_ONCE = 50  # parcels for one proxy


class NothingChosen(BadInput):
    code = "nothing_chosen"
    message = _("没有选包裹。")
    hint = _("请在要代取的包裹前面打勾。")


@signed_in
def my_parcels(request):
    """What waits at a station first, by station; then newest first, a page at a time; nothing ended long ago."""
    return _page(request)


@signed_in
@require_POST
def my_proxy(request):
    """The recipient names one person for several waiting parcels: for all that are ticked, or for none."""
    chosen = request.POST.getlist("waybill")[:MOST_AT_ONCE]
    moment = now()
    try:
        if not chosen:
            raise NothingChosen()
        parcels = [own_parcel(actor=request.actor, waybill=w, opened=frozenset(), now=moment) for w in chosen]
        name, phone = request.POST.get("name", ""), request.POST.get("phone", "")
        named = name_proxies(parcels=parcels, name=name[:100], phone=phone[:40], actor=request.actor, now=moment)
    except DomainError as error:
        return _page(request, error)
    said = ngettext(
        "已指定 %(who)s 代取 %(n)d 件。请把取件信息转给他。",
        "已指定 %(who)s 代取 %(n)d 件。请把取件信息转给他。",
        len(named),
    )
    messages.success(request, said % {"who": mask_name(named[0].name), "n": len(named)})
    return private(redirect("my_parcels"))


@signed_in
@require_POST
def my_consent(request):
    """Whatever comes to one's own phone may be left at the station, or one is asked for each again."""
    act, said = _CONSENT.get(request.POST.get("agree", ""), (None, ""))
    if act is None:
        raise BadInput()
    try:
        act(actor=request.actor, now=now(), phone=getattr(request.user, "phone", ""))
    except DomainError as error:
        return _page(request, error)
    messages.success(request, said)
    return private(redirect("my_parcels"))


_CONSENT: dict[str, tuple[Callable, Any]] = {
    "always": (give_consent, _("已记下：以后的包裹都放到站点。随时可以改回来。")),
    "never": (withdraw_consent, _("已记下：以后每个包裹先问您，再放到站点。")),
}


def _page(request, error: DomainError | None = None) -> HttpResponse:
    before = request.GET.get("before", "")
    rows, more = own_parcels(
        actor=request.actor,
        own_phone=getattr(request.user, "phone", ""),
        now=now(),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    w = words(get_language())
    told = [(row, told_of(_facts(row))) for row in rows]
    here = [row for row, say in told if row.station is not None and say.place is Place.COLLECT]
    due = returns_due(row.parcel.pk for row in here)
    context = {
        "waiting": _by_station(here, due, now(), w),
        "rows": [
            {"row": r, "door_code": spaced(r.door_code).strip(), **_stage(r, say, w)}
            for r, say in told
            if r not in here
        ],
        "older": f"?before={more}" if more else "",
        "standing": standing_consent(getattr(request.user, "phone", "")),
        "error": error,
        "typed": request.POST,
        "ticked": request.POST.getlist("waybill"),
    }
    status = error.status if error else 200
    return private(render(request, "public/my.html", context, status=status), error)


def _facts(row) -> dict[str, Any]:
    """What decides which sentence is told, as the lookup has it."""
    parcel = row.parcel
    return {
        "stage": parcel.stage, "direction": parcel.direction, "issues": parcel.issues, "at_station": row.at_station,
        "partly_collected": bool(row.pieces) and row.station is None, "events": [],
    }  # fmt: skip


def _stage(row, say: Told, w) -> dict[str, str]:
    since = row.parcel.stage_at
    when = w.moment(since.astimezone(COUNTY_TIME)) if since else ""
    if say.way is Way.INSTEAD:
        return {"stage": w.issues[say.issue], "meaning": w.advice[say.issue], "when": when}
    if say.sentence:
        return {"stage": w.labels[say.sentence], "meaning": w.labels[f"{say.sentence}_text"], "when": when}
    return {"stage": w.stages[row.parcel.stage], "meaning": w.meanings.get(row.parcel.stage, ""), "when": when}


def _kept(row, due: dict[int, dt.datetime], moment: dt.datetime, w) -> str:
    """`到站第 2 天，请在 12月8日前取。`"""
    ready, until = row.parcel.ready_at, due.get(row.parcel.pk)
    if ready is None:
        return ""
    day = 1 + (county_day(moment) - county_day(ready)).days
    if until is None:
        return w.labels["day"] % {"n": day}
    return w.labels["day_until"] % {"n": day, "until": w.short(until.astimezone(COUNTY_TIME))}


def _by_station(rows, due: dict[int, dt.datetime], moment: dt.datetime, w) -> list[dict]:
    """The waiting parcels under their station, each with its code, and the text to pass on for all of them."""
    groups: dict[int, dict] = {}
    for row in rows:
        group = groups.setdefault(row.station.pk, {"station": row.station, "rows": []})
        group["rows"].append({"row": row, "code": spaced(row.code), "kept": _kept(row, due, moment, w)})
    for group in groups.values():
        parcels = [(r["row"].parcel.printed_number, r["row"].code) for r in group["rows"]]
        group["text"] = handout(group["station"], parcels, get_language())
    return list(groups.values())
