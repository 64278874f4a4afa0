"""The round from door to door: setting out, calling, handing over against a proof, and attempts that failed."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from logistics.desk.views.sending import lines_of, refusal_of, with_picture
from logistics.parcels.selectors_carry import Stop, my_round, parcel_to_deliver, place_of, stop_of
from logistics.parcels.services.door import FAILED, FailedReason, attempt_failed, deliver_at_door, start_delivery
from logistics.parcels.services.looks import Purpose, look_at_people
from logistics.parcels.states import EVENT_LABELS, ContactRole, DoorProof, Issue, Stage
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import DomainError

RECIPIENT = ContactRole.RECIPIENT.label


@needs(Permission.PARCEL_DELIVER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def round_page(request):
    """My round by village. A POST sets out with the ticked parcels and those typed; each is answered by itself."""
    problems: list[dict] = []
    typed = request.POST.get("numbers", "")
    if request.method == "POST":
        wanted = [*request.POST.getlist("number"), *lines_of(typed, 200)]
        problems, started = _set_out(request, wanted)
        if started:
            messages.success(request, _("%(n)s 件已出发派送，已通知收件人。") % {"n": started})
        if not problems:
            return redirect("work_door")
        typed = "\n".join(problem["number"] for problem in problems)
    stops = my_round(actor=request.actor, failed=FAILED)
    context = {
        "out": [_named(stop) for stop in stops if stop.out],
        "rest": [_named(stop) for stop in stops if not stop.out],
        "problems": problems,
        "typed": typed,
    }
    return render(request, "desk/door/round.html", context, status=409 if problems else 200)


def _set_out(request, numbers: list[str]) -> tuple[list[dict], int]:
    problems, started = [], 0
    for number in dict.fromkeys(numbers):
        try:
            parcel = parcel_to_deliver(actor=request.actor, number=number)
            start_delivery(parcel=parcel, actor=request.actor, now=now())
            started += 1
        except DomainError as error:
            problems.append({"number": number, **refusal_of(error)})
    return problems, started


def _named(stop: Stop) -> dict:
    return {"stop": stop, "parcel": stop.parcel, "failed": [EVENT_LABELS[code] for code in stop.failed]}


@needs(Permission.PARCEL_DELIVER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_page(request, waybill: str):
    """One parcel at the door. A POST shows phone and address once, for a call, and is logged."""
    stop = stop_of(actor=request.actor, number=waybill, failed=FAILED)
    person = None
    if request.method == "POST":
        people = look_at_people(parcel=stop.parcel, purpose=Purpose.CALL, actor=request.actor, now=now())
        person = next((one for one in people if one.role == RECIPIENT), None)
    return _stop(request, stop, person=person, looked=request.method == "POST")


def _stop(request, stop: Stop, *, person=None, looked=False, error: DomainError | None = None, shown: str = ""):
    parcel = stop.parcel
    context = {
        **_named(stop),
        "person": person,
        "looked": looked,
        "place": place_of(parcel),
        "issues": [EVENT_LABELS[code] for code in parcel.issues],
        "reasons": FailedReason.choices,
        "may_return": request.actor.may(Permission.PARCEL_RETURN) and Issue.REFUSED in parcel.issues,
        "may_consent": request.actor.may(Permission.CONSENT_RECORD),
        "delivered": parcel.stage == Stage.DELIVERED,
        "shown": shown,
        "reason": request.POST.get("reason", ""),
        "note": request.POST.get("note", ""),
        "error": refusal_of(error) if error else None,
    }
    return render(request, "desk/door/stop.html", context, status=error.status if error else 200)


@with_picture
@needs(Permission.PARCEL_DELIVER)
@never_cache
@require_POST
def deliver(request, waybill: str):
    """Handed over: against the code, a photograph or a signature."""
    stop = stop_of(actor=request.actor, number=waybill, failed=FAILED)
    proof = request.POST.get("proof", "")
    try:
        deliver_at_door(
            parcel=stop.parcel,
            proof=proof,
            code=request.POST.get("code", ""),
            file=request.FILES.get("picture"),
            actor=request.actor,
            now=now(),
        )
    except DomainError as error:
        fresh = stop_of(actor=request.actor, number=waybill, failed=FAILED)
        return _stop(request, fresh, error=error, shown=proof if proof in DoorProof.values else "")
    messages.success(request, _("已签收。"))
    return redirect("work_door_stop", stop.parcel.waybill)


@needs(Permission.PARCEL_DELIVER)
@never_cache
@require_POST
def failed(request, waybill: str):
    """Nobody got it: the reason, and what can be done next."""
    stop = stop_of(actor=request.actor, number=waybill, failed=FAILED)
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
    try:
        attempt_failed(parcel=stop.parcel, reason=reason, note=note, actor=request.actor, now=now())
    except DomainError as error:
        return _stop(request, stop, error=error, shown="failed")
    messages.warning(request, _("已记录没有送成，收件人查件时能看到原因。"))
    return redirect("work_door_stop", stop.parcel.waybill)
