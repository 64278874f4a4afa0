"""A page for each task. With a script it scans without reloading; without one a plain form takes a number at a time."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import msgspec
from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.http import HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from logistics.desk.answers import Answer
from logistics.desk.places import current_station
from logistics.desk.selectors_asked import numbers_to_ask
from logistics.desk.selectors_scan import shelves_of
from logistics.desk.selectors_today import neighbours_of
from logistics.desk.services.call import NEEDED
from logistics.desk.services.lists import lanes_of
from logistics.desk.services.scans import recent_scans
from logistics.desk.services.stock import running_stock_take
from logistics.desk.states import Task
from logistics.desk.views.home import drawer_of, stations_of
from logistics.desk.views.keeping import keeping
from logistics.desk.views.plain import plain_scan
from logistics.desk.views.tasks import PAGES
from logistics.desk.views.words import words
from logistics.parcels.selectors_handovers import open_handovers
from portal.core.access import needs
from portal.core.clock import now
from portal.core.ids import new_id

NIL = uuid.UUID(int=0)
NUMBER = "NUMBER"  # stands in an address where the script puts a number


def page_of(task: Task) -> Callable:
    """The view of one task, with the door it needs."""

    def view(request):
        return _page(request, task)

    view.__name__ = view.__qualname__ = f"scan_{task.name.lower()}"
    for wrap in (
        require_http_methods(["GET", "HEAD", "POST"]),
        never_cache,
        ensure_csrf_cookie,
        # The decoder for phones whose browser reads no barcodes is WebAssembly; these pages alone may run it.
        csp_update({"script-src": [WASM_UNSAFE_EVAL]}),
        needs(NEEDED[task]),
    ):
        view = wrap(view)
    return view


def _page(request, task: Task):
    station = current_station(request, NEEDED[task])
    moment = now()
    answer = plain_scan(request, task, station, moment) if request.method == "POST" else None
    if isinstance(answer, HttpResponse):
        return answer
    page = PAGES[task]
    bare = page.alone and bool(request.GET.get("bare"))  # to be kept by the browser: nobody's parcel, nobody's token
    recent = [] if bare else recent_scans(actor=request.actor, station=station, task=task, now=moment)
    context: dict[str, Any] = {
        "task": task,
        "title": page.title_at(station),
        "page": page,
        "station": station,
        "stations": [] if bare else stations_of(request, NEEDED[task]),
        "bare": bare,
        "reading_back": request.path,
        "answer": answer,
        "recent": recent,
        "form_id": new_id(),
        "typed": request.POST or request.GET,  # an act leads back with the bag or count it was about
        "panel": f"desk/panels/{task.value}.html",
        "config": _config(request, task, station, recent),
    }
    if task == Task.INBOUND:
        context["to_ask"] = [] if bare else numbers_to_ask(station=station, now=moment)
        context["config"]["to_ask"] = context["to_ask"]
        context["config"]["shelves"] = [] if bare else shelves_of(station)
    if task == Task.STOCK_TAKE:
        context["config"]["stock_take"] = running_stock_take(station)
    if task == Task.SORT:
        context["lanes"] = lanes_of(station)
    if task == Task.HAND_OVER:
        context["neighbours"] = neighbours_of(actor=request.actor, station=station)
    if task == Task.TAKE_OVER:
        pending = [view for view in open_handovers(actor=request.actor) if view.mine_to_answer]
        context["pending"] = pending
        context["config"]["givers"] = {str(view.handover.pk): view.giver.name for view in pending}
    return render(request, "desk/scan.html", context)


def _config(request, task: Task, station, recent: list[Answer]) -> dict[str, Any]:
    """What the script must know; nothing personal but what the last answers show."""
    return {
        "task": task.value,
        "station": station.code,
        "user": drawer_of(request),
        "secret": PAGES[task].secret,
        "keeping": keeping(task),
        "recent": msgspec.to_builtins(recent),
        "handover": request.GET.get("handover", "")[:36],
        "icons": static("vendor/lucide/icons.svg"),
        "decoder": {
            "script": static("vendor/zxing-wasm/reader/index.js"),
            "wasm": static("vendor/zxing-wasm/reader/zxing_reader.wasm"),
        },
        "urls": _urls(task, station),
        "words": words(),
    }


def _urls(task: Task, station) -> dict[str, str]:
    here = f"?station={station.code}"
    return {
        "scan": reverse("scan_post", args=[task.value]),
        "answer": reverse("scan_answer"),
        "undo": reverse("scan_undo"),
        "who": reverse("desk_who"),
        "parcel": reverse("work_parcel", args=[NUMBER]),
        "bags": reverse("scan_bags"),
        "bags_here": reverse("scan_bags") + here,
        "bag": reverse("scan_bag", args=[NUMBER]),
        "bag_tag": reverse("print_bag", args=[NUMBER]),
        "manifest": reverse("print_handover", args=[NIL]),
        "handovers": reverse("scan_handovers"),
        "handover": reverse("scan_handover", args=[NIL]),
        "handover_page": reverse("work_handover", args=[NIL]),
        "handover_qr": reverse("desk_handover_qr", args=[NIL]),
        "depart": reverse("scan_depart"),
        "photos": reverse("photo_add"),
        "give": reverse("scan_give_out", args=[NUMBER]),
        "stock_takes": reverse("scan_stock_takes"),
        "stock_take_end": reverse("scan_stock_take_end", args=[NIL]),
    }
