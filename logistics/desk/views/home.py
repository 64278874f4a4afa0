"""The desk: where somebody works, what they may do there, and how the station stands today."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from logistics.desk.places import current_station
from logistics.desk.selectors import NoWorkStation, work_stations
from logistics.desk.selectors_today import Today, station_today
from logistics.desk.services.call import NEEDED
from logistics.desk.states import Task
from logistics.desk.views.tasks import PAGES, PICKUP_KINDS
from logistics.desk.views.words import words
from logistics.parcels.selectors_carry import carried_parcels
from logistics.registry.states import StationKind
from members.access.states import Permission, Role
from portal.core.access import needs, signed_in
from portal.core.clock import now

MOST_IN_SWITCHER = 400  # stations of a county; who reaches more chooses among the first
AT_A_STATION = Permission.HANDOVER_TAKE  # who holds it works at a station


def drawer_of(request) -> str:
    """A name for what a browser keeps for this person: stable, different for each person, telling nobody who it is."""
    return salted_hmac("logistics.desk.drawer", str(request.actor.user_id)).hexdigest()[:20]


def stations_of(request, permission: str) -> list:
    return list(work_stations(actor=request.actor, permission=permission)[:MOST_IN_SWITCHER])


@needs(Permission.PARCEL_VIEW)
@never_cache
@ensure_csrf_cookie
@require_GET
def desk_home(request):
    """Tiles of what this person may do here. Without a station there remain the lists."""
    context = {
        "stations": [],
        "station": None,
        "tiles": [],
        "others": _others(request.actor, None),
        "guide": _guide(request.actor, None),
    }
    try:
        station = current_station(request, AT_A_STATION)
    except NoWorkStation:
        return render(request, "desk/home.html", context)
    today = station_today(actor=request.actor, station=station, now=now())
    context |= {
        "mine": _mine(request.actor, today),
        "station": station,
        "stations": stations_of(request, AT_A_STATION),
        "today": today,
        "config": _config(request, station),
        "nothing_yet": not (today.expected or today.shelf or today.scans),
        "tiles": [_tile(task, station, today) for task in tasks_at(request.actor, station)],
        "others": _others(request.actor, station, today.to_ask),
        "guide": _guide(request.actor, station),
    }
    return render(request, "desk/home.html", context)


def _config(request, station) -> dict[str, Any]:
    """What sending needs that was left on this phone."""
    return {
        "user": drawer_of(request),
        "urls": {"who": reverse("desk_who")},
        "pages": {task.value: reverse(f"desk_{task.value}") for task in tasks_at(request.actor, station)},
        "words": words(),
    }


def _mine(actor, today: Today) -> dict[str, int] | None:
    """What is in this person's own hands, for those who carry: a driver's desk begins with it."""
    if not actor.may(Permission.PARCEL_DELIVER):
        return None
    carried = carried_parcels(actor=actor).count()
    return {"carried": carried, "to_answer": today.to_answer} if carried or Role.COURIER in actor.roles else None


def tasks_at(actor, station) -> list[Task]:
    """The scan pages that make sense at this kind of station and that the person may open."""
    return [task for task, page in PAGES.items() if station.kind in page.stations and actor.may(NEEDED[task])]


def _tile(task: Task, station, today: Today) -> dict:
    page = PAGES[task]
    done = today.scans.get(task.value, 0)
    waits = {Task.TAKE_OVER: today.to_answer}.get(task, 0)
    return {
        "link": reverse(f"desk_{task.value}"),
        "icon": page.icon,
        "title": page.title_at(station),
        "text": _("今天 %(n)s 件") % {"n": done} if done else page.text,
        "count": waits or "",
    }


def _others(actor, station, to_ask: int = 0) -> list[dict]:
    """The pages that scan nothing; some only where one works, one only at the hub."""
    here, hub = station is not None, station is not None and station.kind == StationKind.HUB
    picks = station is not None and station.kind in PICKUP_KINDS
    firm, own = (bool(actor.scope(p).enterprises) for p in (Permission.STAFF_MANAGE, Permission.STATION_PRESENT))
    keeps = own or bool(actor.scope(Permission.STATION_PRESENT).stations)
    rows = [
        ("work_carry", "bus", _("我手里的货"), _("从谁接的，要交给谁"), Permission.PARCEL_DELIVER, here),
        ("work_door", "door-open", _("上门投递"), _("今天要送的和没送成的"), Permission.PARCEL_DELIVER, here),
        ("work_asking", "phone", _("待问同意"), _("扫过、收件人还没答复的包裹"), Permission.STATION_RECEIVE, picks),
        ("work_collect", "package-plus", _("收寄"), _("收下村民要寄出的包裹"), Permission.PARCEL_CREATE, here),
        ("work_to_carrier", "send", _("交快递"), _("把寄出的包裹交给快递企业"), Permission.HANDOVER_GIVE, hub),
        ("work_handovers", "list-checks", _("交接单"), _("等答复的和办完的"), Permission.HANDOVER_TAKE, True),
        ("work_me", "id-card", _("我的工牌"), _("接货时给对方扫"), Permission.HANDOVER_TAKE, here),
        ("firms", "store", _("企业工作台"), _("站点、车辆、员工和证书"), Permission.STAFF_MANAGE, firm),
        ("my_stations", "clock", _("本站信息"), _("营业时间、服务项目和照片"), Permission.STATION_PRESENT, keeps),
        ("print_home", "printer", _("打印单据"), _("面单、袋牌、货架签"), Permission.DOCUMENT_PRINT, True),
        ("work_parcels", "package-search", _("包裹列表"), _("按环节、异常和站点筛选"), Permission.PARCEL_VIEW, True),
        ("work_imports", "file-text", _("导入文件"), _("上传包裹或轨迹表格"), Permission.IMPORT_VIEW, True),
    ]
    waits = {"work_asking": to_ask}
    return [
        {"link": reverse(name), "icon": icon, "title": title, "text": text, "count": waits.get(name) or ""}
        for name, icon, title, text, permission, shown in rows
        if shown and actor.may(permission)
    ]


_GUIDES = {
    Role.KEEPER: "keeper",
    Role.COURIER: "courier",
    Role.ENTERPRISE_ADMIN: "enterprise",
    Role.ENTERPRISE_STAFF: "enterprise",
    Role.TOWNSHIP_OFFICIAL: "township",
    Role.COUNTY_OFFICIAL: "county",
}


def _guide(actor, station) -> str:
    """The first-steps guide for whom this person is here, "" when there is none."""
    if station is not None and station.kind == StationKind.HUB and Role.KEEPER in actor.roles:
        return "hub"
    return next((guide for role, guide in _GUIDES.items() if role in actor.roles), "")


@signed_in
@never_cache
@require_GET
def desk_who(request):
    """Whether the browser still acts for the same person: a page compares it with the name it was made for."""
    return JsonResponse({"user": drawer_of(request)})
