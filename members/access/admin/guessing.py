"""Told to officials: somebody guesses at many phones or parcels, or strangers used up all tries at some."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.access.panels import Panel, add_panel
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.limits import alarms

NAMES = {
    "login-password": _("登录密码"),
    "login-code": _("登录验证码"),
    "second-factor": _("两步验证的动态码"),
    "lookup-digits": _("查件的手机号后四位"),
    "lookup-code": _("查件验证码"),
    "certified": _("查车辆和快递员"),
}


def read_guessing(actor: Actor, now: dt.datetime) -> dict[str, Any]:
    found = alarms(list(NAMES), now=now)
    return {"rows": [(NAMES[alarm.name], alarm.since, alarm.tries, alarm.subjects) for alarm in found]}


add_panel(Panel("guessing", 5, Permission.AUDIT_VIEW, "access/home_guessing.html", read_guessing))
