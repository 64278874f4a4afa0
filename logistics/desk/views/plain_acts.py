"""What ends a task, without a script: new bags and their seals, opening, offering, leaving, counting the shelf.

One form, a button for each act. Done, it leads on to where the work goes on, so that reloading does nothing again;
refused, the page shows why above what was typed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from logistics.desk.barcodes import Kind, read_barcode
from logistics.desk.services import lists
from logistics.desk.services.places import bag_for
from logistics.desk.services.stock import counts_of, end_stock_take, start_stock_take
from logistics.desk.states import Task
from logistics.desk.views.sending import id_of, lines_of
from logistics.parcels.services.bags import open_bag_at
from logistics.parcels.states import EVENT_LABELS


def _new_bag(request, station, now: dt.datetime) -> HttpResponse:
    bag = lists.new_bag(station=station, destination=request.POST.get("lane", ""), actor=request.actor, now=now)
    told = {"bag": bag.number, "station": bag.destination.name}
    messages.success(request, _("新邮袋 %(bag)s，发往%(station)s。请把袋号写在袋上，再逐件装袋。") % told)
    return _here(Task.SORT, bag=bag.number)


def _seal(request, station, now: dt.datetime) -> HttpResponse:
    form = request.POST
    bag = lists.seal(number=form.get("bag", ""), seal_number=form.get("seal", ""), actor=request.actor, now=now)
    told = {"bag": bag.number, "seal": bag.seal_number}
    messages.success(request, _("%(bag)s 号袋已封签，封签号 %(seal)s。") % told)
    return _here(Task.SORT)


def _open(request, station, now: dt.datetime) -> HttpResponse:
    form = request.POST
    bag = bag_for(number=form.get("bag", ""), station=station, actor=request.actor)
    listed = None if form.get("all") else lists.plain_numbers(lines_of(form.get("numbers", "")))
    found = open_bag_at(
        bag=bag, station=station, seal_intact=form["act"] == "open", found=listed, actor=request.actor, now=now
    )
    told = {"present": len(found.present), "missing": len(found.missing), "extra": len(found.extra)}
    text = _("已拆封：在袋内 %(present)s 件，缺少 %(missing)s 件，多出 %(extra)s 件。") % told
    tell = messages.warning if found.missing or found.extra else messages.success
    tell(request, _named(text, [p.printed_number for p in found.missing], [p.printed_number for p in found.extra]))
    return _here(Task.OPEN_BAG)


def _offer(request, station, now: dt.datetime) -> HttpResponse:
    form = request.POST
    kind, _colon, ref = form.get("taker", "").partition(":")
    handover = lists.offer(
        id=id_of(form.get("id", "")), station=station, to_kind=kind, to_ref=form.get("badge", "") or ref,
        numbers=lines_of(form.get("numbers", "")), actor=request.actor, now=now,
    )  # fmt: skip
    messages.success(request, _("已发起交接，请对方确认。"))
    return redirect("work_handover", handover.pk)


def _depart(request, station, now: dt.datetime) -> HttpResponse:
    numbers = lines_of(request.POST.get("numbers", ""))
    count, stage = lists.depart(station=station, numbers=numbers, stage="", actor=request.actor, now=now)
    messages.success(request, _("已发车 %(n)s 件：%(stage)s。") % {"n": count, "stage": EVENT_LABELS[stage]})
    return _here(Task.HAND_OVER)


def _begin(request, station, now: dt.datetime) -> HttpResponse:
    take = start_stock_take(station=station, actor=request.actor, now=now)
    counts = counts_of(take)
    messages.success(request, _("正在盘点：账上 %(expected)s 件，已点到 %(scanned)s 件。请逐件扫描。") % counts)
    return _here(Task.STOCK_TAKE, stock_take=take.pk)


def _compare(request, station, now: dt.datetime) -> HttpResponse:
    form, act = request.POST, request.POST["act"]
    take = id_of(form.get("stock_take", ""))
    confirm, drop = act == "confirm", act == "drop"
    found = end_stock_take(id=take, confirm=confirm, drop=drop, actor=request.actor, now=now)
    if drop:
        messages.success(request, _("已放弃这次盘点，没有记任何异常。"))
        return _here(Task.STOCK_TAKE)
    told = {"missing": len(found.missing), "extra": len(found.extra)}
    text = _("缺少 %(missing)s 件，多出 %(extra)s 件。") % told
    text = _named(text, [line.printed for line in found.missing], [line.printed for line in found.extra])
    if confirm:
        messages.success(request, _("盘点已结束。") + text)
        return _here(Task.STOCK_TAKE)
    messages.warning(request, text)
    return _here(Task.STOCK_TAKE, stock_take=take, looked=1)


def _named(text: str, missing: list[str], extra: list[str]) -> str:
    """With the numbers, as the page has no list that a script would fill."""
    lists_ = [(_("缺少："), missing), (_("多出："), extra)]
    return " ".join([text, *(title + "、".join(rows) for title, rows in lists_ if rows)])


Act = Callable[[Any, Any, dt.datetime], HttpResponse]
ACTS: dict[Task, dict[str, Act]] = {
    Task.SORT: {"new_bag": _new_bag, "seal": _seal},
    Task.OPEN_BAG: {"open": _open, "open_broken": _open},
    Task.HAND_OVER: {"offer": _offer, "depart": _depart},
    Task.STOCK_TAKE: {"begin": _begin, "look": _compare, "confirm": _compare, "drop": _compare},
}


def plain_act(request, task: Task, station, now: dt.datetime) -> HttpResponse | None:
    """The act that the form asks for, done; None when the form holds a scan. Raises what the services raise."""
    act = ACTS.get(task, {}).get(request.POST.get("act", ""))
    if act is not None:
        return act(request, station, now)
    barcode = read_barcode(request.POST.get("number", ""))
    if task == Task.TAKE_OVER and barcode.kind == Kind.HANDOVER:  # counted on its own page, which needs no script
        return redirect("work_handover", id_of(barcode.value))
    return None


def _here(task: Task, **query) -> HttpResponse:
    answer = redirect(f"desk_{task.value}")
    if query:
        answer["Location"] += f"?{urlencode(query)}"
    return answer
