"""Staff pages of parcels: the list in scope, one parcel, and why it has its status."""

from __future__ import annotations

from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from logistics.parcels.errors import clock
from logistics.parcels.explain import explain
from logistics.parcels.forms.work import WorkFilterForm
from logistics.parcels.selectors_handovers import holder_of, photos_of
from logistics.parcels.selectors_pieces import PiecesHere, pieces_of
from logistics.parcels.selectors_work import Page, explained_parcel, work_list, work_parcel
from logistics.parcels.services.looks import Purpose, look_at_people
from logistics.parcels.services.pickup.remaining import MAY_COUNT
from logistics.parcels.states import EVENT_LABELS, Direction, Issue, Stage
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import Forbidden


@needs(Permission.PARCEL_VIEW)
@never_cache
@require_GET
def parcel_list(request):
    """Parcels in the actor's scope, newest first, fifty a page."""
    form = WorkFilterForm(request.GET)
    if not form.is_valid():
        return render(request, "parcels/list.html", {"form": form, "rows": [], "bad": True}, status=400)
    before, after = form.cleaned_data["before"], form.cleaned_data["after"]
    page = work_list(actor=request.actor, wanted=form.wanted(), before=before, after=after)
    context = {
        "form": form,
        "rows": [_row(parcel) for parcel in page.parcels],
        "filtered": bool(form.query()),
        **_links(form, page),
    }
    return render(request, "parcels/list.html", context)


def _row(parcel) -> dict:
    return {
        "parcel": parcel,
        "issues": [EVENT_LABELS[code] for code in parcel.issues],
        "news": clock(parcel.last_event_at) if parcel.last_event_at else "",
    }


def _links(form: WorkFilterForm, page: Page) -> dict[str, str]:
    def link(name: str, at: int | None) -> str:
        return "?" + urlencode({**form.query(), name: at}) if at is not None else ""

    return {"newer": link("after", page.newer), "older": link("before", page.older)}


class NoFullLook(Forbidden):
    code = "no_full_look"
    message = _("您不能查看收寄件人的完整信息。")
    hint = _("请由服务这个包裹的站长、快递员或县级中心查看；确有需要，请联系县级中心。")


@needs(Permission.PARCEL_VIEW)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def parcel_page(request, waybill: str):
    """One parcel with masked people. A POST with a purpose shows them unmasked, once, and is logged."""
    seen = work_parcel(actor=request.actor, waybill=waybill)
    people, unmasked = seen.people, False
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        if not seen.may_look:
            raise NoFullLook()
        people = look_at_people(parcel=seen.parcel, purpose=purpose, actor=request.actor, now=now())
        unmasked = True
    counted = pieces_of(seen.parcel)
    context = {
        "seen": seen,
        "parcel": seen.parcel,
        "people": people,
        "unmasked": unmasked,
        "purposes": Purpose.choices,
        "issues": [EVENT_LABELS[code] for code in seen.parcel.issues],
        "may_explain": request.actor.may(Permission.PARCEL_EXPLAIN),
        "holder": holder_of(seen.parcel),
        "photos": photos_of(actor=request.actor, parcel=seen.parcel),
        "counted": counted,
        "acts": _acts(request.actor, seen.parcel, counted),
    }
    return render(request, "parcels/parcel.html", context)


def _acts(actor, parcel, counted: PiecesHere | None) -> list[dict[str, str]]:
    """What the person may do with this parcel as it stands: each a page of its own, which judges again."""
    going = not parcel.is_closed
    to_village = going and parcel.direction == Direction.DOWN and parcel.stage != Stage.RETURNING
    waits_for_rest = going and counted is not None and bool(counted.given) and not counted.shelves
    P = Permission
    acts = (
        ("work_door_stop", _("上门投递"), to_village and parcel.stage != Stage.READY_FOR_PICKUP, [P.PARCEL_DELIVER]),
        ("act_consent", _("登记收件人意见"), to_village, [P.CONSENT_RECORD]),
        ("act_proxy", _("登记代收人"), to_village, [P.CONSENT_RECORD]),
        ("act_refuse", _("登记拒收"), to_village and Issue.REFUSED not in parcel.issues, [P.STATION_GIVE_OUT]),
        ("act_return", _("办理退回"), going and parcel.stage != Stage.RETURNING, [P.PARCEL_RETURN]),
        ("act_return_shipment", _("新建退货运单"), parcel.stage == Stage.DELIVERED, [P.PARCEL_CREATE]),
        ("act_pieces", _("更正件数"), going, MAY_COUNT),
        ("act_rest", _("其余的不会到了"), waits_for_rest, [P.STATION_GIVE_OUT]),
        ("act_damage", _("登记破损"), going, [P.EVENT_RECORD]),
        ("act_resolve", _("异常已处理"), going and bool(parcel.issues), [P.STATION_RECEIVE, P.PARCEL_CORRECT]),
        ("act_number", _("登记新单号"), going, [P.EVENT_RECORD]),
        ("act_correct", _("记录有误"), True, [P.PARCEL_CORRECT, P.SCAN_UNDO]),
        ("print_label", _("打印面单"), going, [P.DOCUMENT_PRINT]),
        ("print_proof", _("打印签收凭证"), parcel.stage == Stage.DELIVERED, [P.DOCUMENT_PRINT]),
    )
    return [
        {"link": reverse(name, args=[parcel.waybill]), "text": text}
        for name, text, fits, permissions in acts
        if fits and any(actor.may(permission) for permission in permissions)
    ]


@needs(Permission.PARCEL_EXPLAIN)
@never_cache
@require_GET
def why_page(request, waybill: str):
    """The status told event by event: what each one did, and what they add up to."""
    parcel = explained_parcel(actor=request.actor, waybill=waybill)
    reasons, total = explain(actor=request.actor, parcel=parcel)
    context = {
        "parcel": parcel,
        "reasons": reasons,
        "total": total,
        "stage": EVENT_LABELS[total.stage],
        "issues": [EVENT_LABELS[code] for code in total.issues],
    }
    return render(request, "parcels/why.html", context)
