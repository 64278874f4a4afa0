"""What I carry, to whom it passes, and handovers between two phones. All of it works without a script."""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from logistics.desk.places import current_station
from logistics.desk.views.photos import handover_of
from logistics.desk.views.sending import lines_of, refusal_of, with_picture
from logistics.parcels.selectors_carry import my_load, taker_stations
from logistics.parcels.selectors_handovers import HandoverDetail, on_a_side, open_handovers, recent_handovers
from logistics.parcels.services.answers_back import take_answer_back
from logistics.parcels.services.carry import (
    BADGE_LASTS,
    TakerMissing,
    answer_handover,
    make_badge,
    offer_carried,
    read_badge,
)
from logistics.parcels.services.handovers import withdraw_handover
from logistics.parcels.services.parties import Party
from logistics.parcels.services.photos import PhotoOfWhat, add_photo
from logistics.parcels.states import Custodian, HandoverState, PhotoKind
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import DomainError

SHOW_AGAIN = int(BADGE_LASTS.total_seconds()) // 2  # a badge is renewed when half its time is over


def qr_of(address: str) -> str:
    """A picture of an address of this portal, to be shown to another phone."""
    return segno.make(f"{settings.PUBLIC_URL}{address}", error="m").svg_data_uri(border=2, omitsize=True)


# -- what I carry ---------------------------------------------------------------------------------


@needs(Permission.HANDOVER_TAKE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def carry_page(request):
    """Parcels and bags in my hands by where they go; a POST offers the ticked ones to a station or a person."""
    return _carry(request, badge="", taker=None)


@needs(Permission.HANDOVER_GIVE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def badge_page(request, token: str):
    """Opened by scanning somebody's badge: what I carry can be offered to them."""
    return _carry(request, badge=token, taker=read_badge(text=token, now=now()))


def _carry(request, *, badge: str, taker: Party | None):
    error = None
    if request.method == "POST":
        try:
            handover = _offer(request, taker)
        except DomainError as refused:
            error = refusal_of(refused) | {"status": refused.status}
        else:
            messages.success(request, _("已发起交接，等对方接收。接收之前可以撤回。"))
            return redirect("work_handover", handover.pk)
    loads = my_load(actor=request.actor)
    context = {
        "loads": loads,
        "pieces": sum(load.pieces for load in loads),
        "open": open_handovers(actor=request.actor),
        "may_give": request.actor.may(Permission.HANDOVER_GIVE),
        "stations": taker_stations(actor=request.actor),
        "badge": badge,
        "taker": taker,
        "taker_number": taker.ref.removeprefix("user:") if taker else "",
        "ticked": set(request.POST.getlist("number")),
        "chosen": request.POST.get("station", ""),
        "typed_badge": request.POST.get("badge", ""),
        "error": error,
    }
    return render(request, "desk/carry/carry.html", context, status=error["status"] if error else 200)


def _offer(request, taker: Party | None):
    code, badge = request.POST.get("station", ""), request.POST.get("badge", "")
    place = None
    if taker is None and badge:
        taker = read_badge(text=badge, now=now())
    elif taker is None and code:
        place = next((one for one in taker_stations(actor=request.actor) if one.code == code), None)
        taker = Party.station(place) if place else None
    if taker is None:
        raise TakerMissing()
    at = place or current_station(request, Permission.HANDOVER_GIVE)
    numbers = request.POST.getlist("number")
    return offer_carried(numbers=numbers, taker=taker, station=at, actor=request.actor, now=now())


@needs(Permission.HANDOVER_TAKE)
@never_cache
@require_GET
def me_page(request):
    """My badge: a QR code that says for some minutes who I am. Whoever scans it can hand goods to me."""
    address = reverse("work_badge", args=[make_badge(actor=request.actor, now=now())])
    context = {
        "qr": qr_of(address),
        "number": request.actor.user_id,
        "minutes": int(BADGE_LASTS.total_seconds()) // 60,
        "again": SHOW_AGAIN,
        "link": f"{settings.PUBLIC_URL}{address}",
    }
    return render(request, "desk/carry/me.html", context)


# -- handovers ------------------------------------------------------------------------------------


@needs(Permission.HANDOVER_TAKE, Permission.HANDOVER_GIVE, Permission.PARCEL_VIEW)
@never_cache
@require_GET
def handover_list(request):
    """Handovers of my sides (for officials: of their area), those that wait first."""
    state = request.GET.get("state", "")
    state = state if state in HandoverState.values else ""
    waiting = [] if state else open_handovers(actor=request.actor)
    named = {row.handover.pk for row in waiting}
    context = {
        "waiting": waiting,
        "rows": [r for r in recent_handovers(actor=request.actor, state=state) if r.handover.pk not in named],
        "state": state,
        "states": HandoverState.choices,
    }
    return render(request, "desk/carry/handovers.html", context)


@needs(Permission.HANDOVER_TAKE, Permission.HANDOVER_GIVE, Permission.PARCEL_VIEW)
@never_cache
@require_GET
def handover_page(request, handover_id):
    """One handover: a QR code for the giver to show, a list to count for the taker, the result for both."""
    return _handover(request, handover_of(request, handover_id))


def _handover(request, detail: HandoverDetail, error: DomainError | None = None):
    row = detail.view.handover
    pending = row.state == HandoverState.PENDING
    context = {
        "detail": detail,
        "view": detail.view,
        "handover": row,
        "pending": pending,
        "qr": qr_of(reverse("work_handover", args=[row.pk])) if pending and detail.view.mine_to_withdraw else "",
        "photo_allowed": on_a_side(actor=request.actor, handover=row),
        "on_paper": row.to_kind == Custodian.CARRIER,
        "typed": request.POST.get("numbers", ""),
        "dispute": request.POST.get("dispute", ""),
        "error": refusal_of(error) if error else None,
    }
    return render(request, "desk/carry/handover.html", context, status=error.status if error else 200)


@with_picture
@needs(Permission.HANDOVER_TAKE)
@never_cache
@require_POST
def handover_take(request, handover_id):
    """The taker's answer: numbers as scanned, or all of the list; a dispute in words, and a picture."""
    detail = handover_of(request, handover_id)
    scanned = detail.numbers if request.POST.get("all") else lines_of(request.POST.get("numbers", ""))
    try:
        handover, counted = answer_handover(
            handover=detail.view.handover,
            scanned=scanned,
            dispute=request.POST.get("dispute", ""),
            file=request.FILES.get("photo"),
            actor=request.actor,
            now=now(),
        )
    except DomainError as error:
        return _handover(request, handover_of(request, handover_id), error)
    if counted.agrees:
        messages.success(request, _("已接收 %(n)s 件。") % {"n": handover.scanned})
    else:
        messages.warning(request, _("已按有争议办结，缺少的仍算在交出方。"))
    return redirect("work_handover", handover.pk)


@needs(Permission.HANDOVER_GIVE)
@require_POST
def handover_withdraw(request, handover_id):
    """The giver takes an unanswered offer back."""
    detail = handover_of(request, handover_id)
    withdraw_handover(handover=detail.view.handover, actor=request.actor, now=now())
    messages.success(request, _("已撤回，货物仍在交出方手中。"))
    return redirect("work_handover", handover_id)


@needs(Permission.HANDOVER_TAKE)
@require_POST
def handover_take_back(request, handover_id):
    """Whoever confirmed by mistake takes their answer back."""
    detail = handover_of(request, handover_id)
    try:
        take_answer_back(handover=detail.view.handover, actor=request.actor, now=now())
    except DomainError as error:
        return _handover(request, detail, error)
    messages.success(request, _("已撤销确认，货物仍在交出方手中。"))
    return redirect("work_handover", handover_id)


@with_picture
@needs(Permission.HANDOVER_GIVE, Permission.HANDOVER_TAKE)
@require_POST
def handover_photo(request, handover_id):
    """A picture joins the handover, from either side, also after it was answered."""
    return _add_photo(request, handover_of(request, handover_id))


def _add_photo(request, detail: HandoverDetail):
    from_form = request.FILES.get("photo")
    try:
        if from_form is None:
            raise PhotoOfWhat()
        add_photo(
            kind=PhotoKind.HANDOVER, file=from_form, handover=detail.view.handover, actor=request.actor, now=now()
        )
    except DomainError as error:
        return _handover(request, detail, error)
    messages.success(request, _("照片已保存。"))
    return redirect("work_handover", detail.view.handover.pk)


@needs(Permission.HANDOVER_TAKE, Permission.HANDOVER_GIVE, Permission.PARCEL_VIEW)
@never_cache
@require_GET
def handover_state(request, handover_id):
    """What the waiting phone asks every few seconds."""
    return JsonResponse({"state": handover_of(request, handover_id).view.handover.state})
