"""Refusals that several services share: what is wrong with the parcel, and what to do next."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.clock import COUNTY_TIME
from portal.core.errors import BadInput, Conflict, NotFound


class ParcelNotFound(NotFound):
    """Also for a parcel outside the actor's scope."""

    code = "parcel_not_found"
    message = _("没有找到这个包裹。")
    hint = _("请核对单号；新到的包裹请先扫描到件。")


class StationNotFound(NotFound):
    """Also for a station outside the actor's scope."""

    code = "station_not_found"
    message = _("没有找到这个站点。")
    hint = _("请选择您所在的站点。")


class ParcelClosed(Conflict):
    code = "parcel_closed"
    message = _("这个包裹的行程已经结束，只能更正。")
    hint = _("如记录有误，请联系县级中心更正；要退货请新建退货运单。")


class WrongDirection(Conflict):
    code = "wrong_direction"
    message = _("这是寄出县外的上行包裹，不能办理到站取件。")
    hint = _("请按收寄包裹办理。")


class EventNotTaken(BadInput):
    code = "event_not_taken"


def clock(moment: dt.datetime | None) -> str:
    """A moment as people at a counter say it, in county time and free of any language; "" when there is none."""
    return "" if moment is None else moment.astimezone(COUNTY_TIME).strftime("%m-%d %H:%M")


def spoken(actor_id: str) -> str:
    """Who acted, without personal data: the number on a badge or a terminal, never a name or phone."""
    kind, _colon, number = actor_id.partition(":")
    if kind == "user":
        return gettext("%(number)s 号工作人员") % {"number": number}
    if kind == "device":
        return gettext("终端 %(number)s") % {"number": number}
    return gettext("系统")
