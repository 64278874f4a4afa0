"""What can be done with one parcel, each on a small page of its own: words, few fields, one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from logistics.desk import forms
from logistics.desk.views.sending import refusal_of, with_picture
from logistics.parcels.errors import ParcelNotFound, clock
from logistics.parcels.events import NewEvent
from logistics.parcels.selectors import events_of, parcel_by_number
from logistics.parcels.selectors_pieces import pieces_of
from logistics.parcels.services.consent import (
    decline_consent,
    give_consent,
    give_standing_consent,
    withdraw_standing_consent,
)
from logistics.parcels.services.corrections import correct_event
from logistics.parcels.services.issues import report_damage, resolve_issue
from logistics.parcels.services.numbers import add_successor_number
from logistics.parcels.services.pickup import name_proxy, refuse_parcel
from logistics.parcels.services.pickup.pieces import seen_pieces
from logistics.parcels.services.pickup.remaining import MAY_COUNT, change_pieces, end_waiting
from logistics.parcels.services.returns import create_return_shipment, start_return
from logistics.parcels.states import EVENT_LABELS, Act
from logistics.registry.selectors import EnterpriseNotFound, public_carriers, visible_stations
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import COUNTY_TIME, now
from portal.core.errors import DomainError, NotFound

GET_AND_POST = require_http_methods(["GET", "HEAD", "POST"])


def parcel_for(request, waybill: str, *permissions: str):
    """The parcel, when the actor holds one of `permissions` over it. Raises ParcelNotFound."""
    for permission in permissions:
        if request.actor.may(permission):
            try:
                return parcel_by_number(actor=request.actor, number=waybill, permission=permission)
            except NotFound:
                continue
    raise ParcelNotFound()


def _act(
    request,
    parcel,
    *,
    title: str,
    lead: str,
    button: str,
    form: Any,
    do: Callable[[dict], Any],
    done: str,
    danger: bool = False,
    upload: bool = False,
):
    """Shows the form, or does what it says and goes back to the parcel. `do` may return another parcel to go to."""
    error, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                other = do(form.cleaned_data)
                messages.success(request, done)
                return redirect("work_parcel", other.waybill if hasattr(other, "waybill") else parcel.waybill)
            except DomainError as refused:
                error, status = refusal_of(refused), refused.status
    context = {
        "parcel": parcel, "title": title, "lead": lead, "button": button, "form": form, "error": error,
        "danger": danger, "upload": upload,
    }  # fmt: skip
    return render(request, "desk/acts/act.html", context, status=status)


@needs(Permission.STATION_GIVE_OUT)
@never_cache
@GET_AND_POST
def refuse(request, waybill: str):
    """The recipient does not want the parcel."""
    parcel = parcel_for(request, waybill, Permission.STATION_GIVE_OUT)
    return _act(
        request, parcel, title=_("登记拒收"), button=_("登记拒收"), done=_("已登记拒收。"), danger=True,
        lead=_("收件人当面或来电表示不要这件包裹时登记。登记后请办理退回。"), form=_form(request, forms.RefuseForm),
        do=lambda data: refuse_parcel(parcel=parcel, why=data["why"], actor=request.actor, now=now()),
    )  # fmt: skip


@needs(Permission.PARCEL_RETURN)
@never_cache
@GET_AND_POST
def send_back(request, waybill: str):
    """An undelivered parcel turns round."""
    parcel = parcel_for(request, waybill, Permission.PARCEL_RETURN)
    return _act(
        request, parcel, title=_("办理退回"), button=_("开始退回"), done=_("已转为退回，取件码已作废。"), danger=True,
        lead=_("包裹转为退回途中，取件码作废。退回后请交给下一程带回。"), form=_form(request, forms.ReturnForm),
        do=lambda data: start_return(parcel=parcel, reason=data["reason"], actor=request.actor, now=now()),
    )  # fmt: skip


@needs(Permission.PARCEL_CREATE)
@never_cache
@GET_AND_POST
def return_shipment(request, waybill: str):
    """A delivered parcel goes back as a new one."""
    parcel = parcel_for(request, waybill, Permission.PARCEL_CREATE)
    return _act(
        request, parcel, title=_("新建退货运单"), button=_("新建退货运单"), done=_("已新建退货运单。"),
        lead=_("已签收的包裹要退货时，新建一张运单：收件人和寄件人对调，新单与原单关联。"),
        form=_form(request, forms.NothingForm),
        do=lambda data: create_return_shipment(parcel=parcel, actor=request.actor, now=now()),
    )  # fmt: skip


@needs(Permission.CONSENT_RECORD)
@never_cache
@GET_AND_POST
def proxy(request, waybill: str):
    """The recipient says at the counter or on the phone who may collect for them."""
    parcel = parcel_for(request, waybill, Permission.CONSENT_RECORD)
    return _act(
        request, parcel, title=_("登记代收人"), button=_("登记代收人"), done=_("已登记代收人。"),
        lead=_("收件人本人说明由谁代收后登记。之前登记的代收人会被替换。"), form=_form(request, forms.ProxyForm),
        do=lambda data: name_proxy(
            parcel=parcel, name=data["name"], phone=data["phone"], actor=request.actor, now=now()
        ),
    )  # fmt: skip


_CONSENT: dict[str, Callable] = {
    "yes": give_consent,
    "always": give_standing_consent,
    "no": decline_consent,
    "ask": withdraw_standing_consent,
}


@needs(Permission.CONSENT_RECORD)
@never_cache
@GET_AND_POST
def consent(request, waybill: str):
    """Whether the recipient agrees that the parcel is left at the station."""
    parcel = parcel_for(request, waybill, Permission.CONSENT_RECORD)

    def say(data: dict) -> None:
        act = _CONSENT[data["answer"]]
        act(parcel=parcel, channel=data["channel"], actor=request.actor, now=now())

    return _act(
        request, parcel, title=_("登记收件人意见"), button=_("登记"), done=_("已登记收件人的意见。"),
        lead=_("放到站点自取要先得到收件人同意。请先问过收件人，再登记。"),
        form=_form(request, forms.ConsentForm), do=say,
    )  # fmt: skip


@needs(Permission.STATION_RECEIVE, Permission.PARCEL_CORRECT)
@never_cache
@GET_AND_POST
def resolve(request, waybill: str):
    """An issue is settled."""
    parcel = parcel_for(request, waybill, Permission.STATION_RECEIVE, Permission.PARCEL_CORRECT)
    return _act(
        request, parcel, title=_("异常已处理"), button=_("登记已处理"), done=_("已登记处理结果。"),
        lead=_("核实并处理好以后登记，这项异常就不再提示。")
        if parcel.issues else _("这个包裹现在没有未结的异常。"),
        form=_form(request, forms.ResolveForm, issues=parcel.issues),
        do=lambda data: resolve_issue(
            parcel=parcel, issue=data["issue"], how=data["how"], actor=request.actor, now=now()
        ),
    )  # fmt: skip


@needs(Permission.EVENT_RECORD)
@never_cache
@GET_AND_POST
def number(request, waybill: str):
    """Another carrier carries on under a number of its own."""
    parcel = parcel_for(request, waybill, Permission.EVENT_RECORD)

    def add(data: dict) -> None:
        carrier = public_carriers().filter(code=data["carrier"]).first()
        if carrier is None:
            raise EnterpriseNotFound()
        add_successor_number(parcel=parcel, carrier=carrier, number=data["number"], actor=request.actor, now=now())

    return _act(
        request, parcel, title=_("登记新单号"), button=_("登记新单号"), done=_("已登记，新旧单号都能查到这个包裹。"),
        lead=_("包裹转给另一家快递企业、换了面单时登记。收件人用旧单号仍能查到。"),
        form=_form(request, forms.NumberForm, carriers=public_carriers()), do=add,
    )  # fmt: skip


@needs(*MAY_COUNT)
@never_cache
@GET_AND_POST
def pieces(request, waybill: str):
    """The announcement counted the pieces wrong."""
    parcel = parcel_for(request, waybill, *MAY_COUNT)
    told = {"pieces": parcel.pieces, "seen": seen_pieces(parcel)}
    return _act(
        request, parcel, title=_("更正件数"), button=_("更正件数"), done=_("已更正件数。"),
        lead=_("现在登记 %(pieces)s 件。请先向快递企业或寄件人核实；不能少于已扫到的 %(seen)s 件。") % told,
        form=_form(request, forms.PiecesForm),
        do=lambda data: change_pieces(
            parcel=parcel, pieces=data["pieces"], why=data["why"], actor=request.actor, now=now()
        ),
    )  # fmt: skip


@needs(Permission.STATION_GIVE_OUT)
@never_cache
@GET_AND_POST
def rest(request, waybill: str):
    """Some pieces were given out, and the rest will not come."""
    parcel = parcel_for(request, waybill, Permission.STATION_GIVE_OUT)
    counted = pieces_of(parcel)
    return _act(
        request, parcel, title=_("其余的不会到了"), button=_("登记并结束"), danger=True,
        done=_("已登记件数不符，包裹按已签收结束。"),
        lead=_("%(told)s确定其余的不会再到时办理：登记“件数不符”，包裹按已签收结束。只是件数登记多了的，请改办“更正件数”。")
        % {"told": counted.sentence if counted else ""},
        form=_form(request, forms.RestForm),
        do=lambda data: end_waiting(parcel=parcel, why=data["why"], actor=request.actor, now=now()),
    )  # fmt: skip


@with_picture
@needs(Permission.EVENT_RECORD)
@never_cache
@GET_AND_POST
def damage(request, waybill: str):
    """Damage with its picture."""
    parcel = parcel_for(request, waybill, Permission.EVENT_RECORD)
    form = forms.DamageForm(request.POST, request.FILES) if request.method == "POST" else forms.DamageForm()
    return _act(
        request, parcel, title=_("登记破损"), button=_("登记破损"), done=_("已登记破损，照片已保存。"), upload=True,
        lead=_("发现外包装破损、受潮或内件外露时，先拍照再登记。"), form=form,
        do=lambda data: report_damage(
            parcel=parcel, file=data["picture"], what=data["what"], actor=request.actor, now=now()
        ),
    )  # fmt: skip


def _form(request, kind, **more):
    return kind(request.POST if request.method == "POST" else None, **more)


@needs(Permission.PARCEL_CORRECT, Permission.SCAN_UNDO)
@never_cache
@GET_AND_POST
def correct(request, waybill: str):
    """Officials take back any record with a reason; others learn how to undo their own scan, or whom to ask."""
    if not request.actor.may(Permission.PARCEL_CORRECT):
        parcel = parcel_for(request, waybill, Permission.SCAN_UNDO)
        return render(request, "desk/acts/ask.html", {"parcel": parcel, "recent": reverse("work")})
    parcel = parcel_for(request, waybill, Permission.PARCEL_CORRECT)
    happened = _correctable(request, parcel)
    form = _form(
        request, forms.CorrectForm, events=[(str(e.pk), _words(e)) for e in happened.values()],
        stations=visible_stations(actor=request.actor, permission=Permission.PARCEL_CORRECT),
    )  # fmt: skip
    return _act(
        request, parcel, title=_("更正记录"), button=_("更正"), done=_("已更正，原记录仍保留并标明。"), form=form,
        danger=True, lead=_("“没有发生”把一条记录收回；“数据有误”收回并记下正确的。更正不能再更正，请先核实。"),
        do=lambda data: correct_event(
            event=happened[data["event"]], reason=data["reason"], why=data["why"], replacement=_replacement(data),
            actor=request.actor, now=now(),
        ),
    )  # fmt: skip


def _correctable(request, parcel) -> dict:
    """Events that stand, newest first, by their id."""
    events = events_of(actor=request.actor, parcel=parcel)
    taken_back = {(e.corrects_source, e.corrects_event) for e in events if e.code == Act.VOID}
    standing = [e for e in events if e.code != Act.VOID and (e.source_id, e.source_event_id) not in taken_back]
    return {str(e.pk): e for e in reversed(standing)}


def _words(event) -> str:
    where = event.station.name if event.station else ""
    return f"{clock(event.occurred_at)} {EVENT_LABELS[event.code]} {where}".strip()


def _replacement(data: dict) -> NewEvent | None:
    """What really happened, when the form says so; whether it fits the reason the service judges."""
    if not data["code"]:
        return None
    at = data["at"].astimezone(COUNTY_TIME) if data["at"] else now()
    return NewEvent(number="", code=data["code"], at=at.isoformat(), station=data["station"])
