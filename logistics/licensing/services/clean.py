"""Applications that leave nothing to weigh: for deciding many at once."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.licensing import selectors
from logistics.licensing.findings import keep_automatic, not_passed
from logistics.licensing.kinds import kind_of
from logistics.licensing.kinds.cleaning import clean_all
from logistics.licensing.models import Application
from logistics.licensing.services.deciding import approve
from logistics.licensing.services.reviewing import claim
from logistics.licensing.states import ApplicationState
from portal.core.actor import Actor
from portal.core.clock import county_day
from portal.core.errors import Conflict


class NotClean(Conflict):
    code = "application_not_clean"
    hint = _("请打开这份申请逐项审核。")


def why_not_clean(*, application: Application, now: dt.datetime) -> str:
    """The first reason why an application has to be looked at singly; empty when there is none.

    Clean is: it waits for review, nothing in it is wrong today, no registered row and no other open application looks
    like the same, and every item of the checklist has passed on the present submission: the automatic ones today,
    the others noted by an official.
    """
    if application.state != ApplicationState.SUBMITTED:
        return str(_("不在待审核状态。"))
    kind, today = kind_of(application.kind), county_day(now)
    values, problems = clean_all(kind, selectors.all_values(application), today)
    if problems:
        return str(_("有的内容不再有效，例如证件已经过期。"))
    if kind.duplicates(values, application.holder) or selectors.twins_of(application=application).exists():
        return str(_("有相同或相近的登记、申请。"))
    automatic = kind.automatic(application, values, today)
    if not all(automatic.values()) or set(not_passed(application)) - set(automatic):
        return str(_("还有审核要点没有核对，或不符合。"))
    return ""


def is_clean(*, application: Application, now: dt.datetime) -> bool:
    return not why_not_clean(application=application, now=now)


@transaction.atomic
def approve_clean(*, application: Application, revision: int, actor: Actor, now: dt.datetime) -> Application:
    """Claim and approve one that is clean. Raises NotClean with the reason, and what `claim` and `approve` raise."""
    row = claim(application=application, actor=actor, now=now)
    if why := why_not_clean(application=row, now=now):
        raise NotClean(why)
    keep_automatic(row, selectors.all_values(row), now)
    return approve(application=row, revision=revision, actor=actor, now=now)
