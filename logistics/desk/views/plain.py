"""The scan form without a script: one number, one answer, the same services and words as the JSON doors."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse

from logistics.desk.answers import Answer, refused
from logistics.desk.barcodes import read_barcode
from logistics.desk.services.answering import answer_scan
from logistics.desk.services.call import Fields
from logistics.desk.services.giving import MOST_TOGETHER, give
from logistics.desk.services.scans import take_scan
from logistics.desk.services.undoing import undo_scan
from logistics.desk.states import Task
from logistics.desk.views.plain_acts import plain_act
from logistics.desk.views.sending import id_of
from logistics.parcels.states import Rest
from portal.core.errors import DomainError


def plain_scan(request, task: Task, station, now: dt.datetime) -> Answer | HttpResponse:
    """What the form asked for, done; a refusal is an answer too, shown above the form with what was typed.

    The form carries an id made with the page, so that reloading or a double tap sends the same scan once. An act that
    ends something (plain_acts.py) answers with where to go on.
    """
    try:
        return plain_act(request, task, station, now) or _act(request, task, station, now)
    except DomainError as error:
        if error.status >= 500:
            raise
        answer = refused(error, number=request.POST.get("number", "")[:40])
        answer.message += "".join(f" {text}" for text in error.fields.values())
        return answer


def _act(request, task: Task, station, now: dt.datetime) -> Answer:
    form, actor = request.POST, request.actor
    if "undo" in form:
        return undo_scan(id=id_of(form["undo"]), actor=actor, now=now)
    if "give" in form:
        return _give(form, actor, station, now)
    if "answer" in form:
        id, _colon, value = form["answer"].partition(":")
        return answer_scan(id=id_of(id), value=value, destination=form.get("destination", ""), actor=actor, now=now)
    fields = Fields(
        form.get("shelf", "").strip(), form.get("bag", "").strip(), stock_take=form.get("stock_take", "")[:36]
    )
    return take_scan(
        id=id_of(form.get("id", "")),
        task=task,
        station=station,
        number=form.get("number", ""),
        fields=fields,
        actor=actor,
        now=now,
    )


def _give(form, actor, station, now: dt.datetime) -> Answer:
    """The proof of the form's one field: what it is follows from the method."""
    proof, method = form.get("proof", "").strip(), form.get("method", "")
    given = {"code": {"code": proof}, "link": {"token": read_barcode(proof).value}, "identity": {"pin": proof}}.get(
        method, {}
    )
    waybill = form.get("waybill", "")
    rest = form["give"] if form["give"] in Rest.values else ""
    return give(
        waybill=waybill, station=station, method=method, id=id_of(form["id"]), rest=rest,
        also=form.getlist("also")[:MOST_TOGETHER], actor=actor, now=now, **given,
    )  # fmt: skip
