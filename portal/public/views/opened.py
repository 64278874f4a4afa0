"""Tier 2: the recipient's own page of a parcel, after a code by SMS, by the link in a message, or by login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from logistics.parcels.lookup import NotANumber, read_number
from logistics.parcels.lookup_own import own_parcel, pickup_facts, waybill_of
from logistics.parcels.services.consent import (
    decline_consent,
    give_consent,
    give_standing_consent,
    withdraw_standing_consent,
)
from logistics.parcels.services.guards import is_own, recipient_of
from logistics.parcels.services.pickup import name_proxy, read_link_parcels, spaced, withdraw_proxy
from portal.core.access import public
from portal.core.clock import now
from portal.core.errors import BadInput, DomainError, NotFound
from portal.core.masking import normalise_digits
from portal.public.cards import card, timeline
from portal.public.handout import handout
from portal.public.limits import check_walker, count_miss
from portal.public.proofs import check_code, open_parcels, opened_parcels, send_code
from portal.public.tickets import opened_before
from portal.public.views.track import open_tier1, private, refusal, tier1_facts, wrong
from portal.public.words import words

_WHY = "shows only what a code, a signed link or a login opened; to all others it leads to the number alone"


@public("asks for number and digits before it sends a code to the recipient")
@require_POST
def request_code(request):
    typed = request.POST.get("number", "")
    try:
        parcel_ids = opened_before(request, read_number(typed).text)
        if not parcel_ids:
            _number, parcel_ids = open_tier1(request, typed, request.POST.get("digits", "")[:40])
        send_code(request, parcel_ids, get_language(), now())
    except NotANumber as error:
        return refusal(request, typed, error)
    except DomainError as error:
        return wrong(request, typed, error, back_to="/code/")
    return redirect("confirm_code")


@public("takes the code that was sent to the recipient's phone")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_code(request):
    error = None
    if request.method == "POST":
        code = "".join(c for c in normalise_digits(request.POST.get("code", "")[:40]) if c.isdigit())
        try:
            parcels = check_code(request, code, now())
            return private(redirect("parcel_page", waybill=waybill_of(parcels[0])))
        except DomainError as refused:
            error = refused
    response = render(request, "public/code.html", {"error": error}, status=error.status if error else 200)
    return private(response, error)


@public("the signed link in the arrival message is its own proof")
@require_GET
def open_link(request, token: str):
    """Opens the parcels of the message for this browser. Raises LinkInvalid or LinkUsed."""
    moment = now()
    try:
        parcels = read_link_parcels(token=token, now=moment)
    except DomainError:
        check_walker(request)
        count_miss(request)
        raise
    open_parcels(request, [parcel.pk for parcel in parcels], moment)
    return private(redirect("parcel_page", waybill=parcels[0].waybill))


@public(_WHY)
@require_GET
def parcel_page(request, waybill: str):
    opened = _find(request, waybill)
    if opened is None:
        return _to_number(waybill)
    return _page(request, *opened)


def _find(request, waybill: str):
    """(parcel, actor who speaks for the recipient or None), or None for somebody without any proof."""
    moment = now()
    proved = opened_parcels(request.session, moment)
    try:
        parcel = own_parcel(actor=request.actor, waybill=waybill, opened=proved, now=moment)
    except NotFound:
        if request.actor.signed_in:
            raise
        return None
    if is_own(actor=request.actor, parcel=parcel):
        return parcel, request.actor
    return parcel, recipient_of(parcel) if parcel.pk in proved else None


def _to_number(waybill: str) -> HttpResponse:
    """To the lookup of the number, whether it exists or not."""
    return private(redirect("track", number=read_number(waybill).text))


def _page(request, parcel, speaker, error: DomainError | None = None) -> HttpResponse:
    w = words(get_language())
    number = read_number(parcel.waybill)
    (facts,) = tier1_facts(number, (parcel.pk,))
    pickup = pickup_facts(parcel) if speaker is not None else None
    if pickup and pickup.station and facts["station"]:
        facts["station"]["phone"] = pickup.station.phone
    context = {
        "parcel": parcel,
        "number": number.text,
        "card": mark_safe(card(facts, w)),  # noqa: S308  cards escape
        "timeline": mark_safe(timeline(facts["events"], w)),  # noqa: S308
        "pickup": pickup,
        "code": spaced(pickup.code) if pickup and pickup.code else "",
        "door_code": spaced(pickup.door_code) if pickup and pickup.door_code else "",
        "handout": handout(pickup.station, [(parcel.printed_number, pickup.code)], get_language())
        if pickup and pickup.code and pickup.station
        else "",
        "address": f"{settings.PUBLIC_URL}/t/{number.text}",
        "error": error,
        "typed": request.POST,
    }
    return private(render(request, "public/parcel.html", context, status=error.status if error else 200), error)


def _act(request, waybill: str, do, said) -> HttpResponse:
    """Does what the recipient wants and says so (`said`), on the page of the parcel."""
    opened = _find(request, waybill)
    if opened is None:
        return _to_number(waybill)
    parcel, speaker = opened
    if speaker is None:
        raise NotFound()  # the sender of a parcel may follow it, and decides nothing
    try:
        do(parcel, speaker)
    except DomainError as error:
        return _page(request, parcel, speaker, error)
    messages.success(request, said)
    return private(redirect("parcel_page", waybill=parcel.waybill))


_CONSENT: dict[str, tuple[Callable, Any]] = {
    "1": (give_consent, _("已记下：这个包裹放到站点，到站后短信告诉您取件码。")),
    "always": (give_standing_consent, _("已记下：以后的包裹都放到站点。随时可以改回来。")),
    "0": (decline_consent, _("已记下：这个包裹送上门。")),
    "never": (withdraw_standing_consent, _("已记下：以后每个包裹先问您，再放到站点。")),
}


@public(_WHY)
@require_POST
def consent(request, waybill: str):
    """The recipient agrees to a station drop of this parcel or of all that come later, or wants it otherwise."""
    change, said = _CONSENT.get(request.POST.get("agree", ""), (None, ""))

    def do(parcel, actor):
        if change is None:
            raise BadInput()
        return change(actor=actor, now=now(), parcel=parcel)

    return _act(request, waybill, do, said)


@public(_WHY)
@require_POST
def proxy(request, waybill: str):
    """The recipient names who collects this parcel, or takes it back."""

    def do(parcel, actor):
        if request.POST.get("withdraw") == "1":
            return withdraw_proxy(parcel=parcel, actor=actor, now=now())
        name, phone = request.POST.get("name", ""), request.POST.get("phone", "")
        return name_proxy(parcel=parcel, name=name[:100], phone=phone[:40], actor=actor, now=now())

    withdrawn = request.POST.get("withdraw") == "1"
    return _act(request, waybill, do, _("已取消代取。") if withdrawn else _("已指定代收人。请把取件码转给他。"))
