"""What officials may do to many parcels at once; each is tried first and done row by row (members/access/bulk.py)."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Parcel
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.services.issues import resolve_issue
from logistics.parcels.services.office import mark_lost, silent_since, take_back
from logistics.parcels.services.returns import ReturnReason, start_return
from logistics.parcels.states import EVENT_LABELS, Act, Issue, Stage
from members.access.bulk import UNDO_FOR, BulkAction
from members.access.states import Permission


class ParcelAction(BulkAction):
    """`version` counts every fold of a parcel, so any event in between is seen."""

    can_undo = True

    def reach(self, actor):
        return visible_parcels(actor=actor, permission=self.permission)

    def name(self, row: Parcel) -> str:
        return row.waybill

    def token(self, row: Parcel) -> str:
        return f"{row.version}:{row.stage}:{','.join(row.issues)}"

    def refuse(self, row, choice, now) -> str:
        return gettext("包裹的行程已经结束。") if row.is_closed else ""


class StartReturn(ParcelAction):
    code, title, permission = "parcel.return", _("超期未取，开始退回"), Permission.PARCEL_RETURN
    warning = _("取件码随即失效，包裹转入退回。")

    def refuse(self, row, choice, now):
        if row.stage == Stage.RETURNING:
            return gettext("已经在退回途中。")
        if Issue.PICKUP_OVERDUE not in row.issues:
            return super().refuse(row, choice, now) or gettext("还没有超过取件期限。")
        return super().refuse(row, choice, now)

    def says(self, row, choice):
        return gettext("从“%(stage)s”转入退回，取件码失效。") % {"stage": row.get_stage_display()}

    def do(self, row, *, choice, actor, now, why):
        start_return(parcel=row, reason=ReturnReason.PICKUP_OVERDUE, actor=actor, now=now)

    def undo(self, row, *, choice, actor, now, why):
        take_back(parcel=row, code=Stage.RETURNING, actor=actor, now=now, why=why, since=now - UNDO_FOR)


class ResolveIssue(ParcelAction):
    code, title, permission = "parcel.resolve", _("异常已处理"), Permission.PARCEL_CORRECT
    choices = tuple(Issue.choices)
    choice_label = _("哪一项异常")

    def refuse(self, row, choice, now):
        if choice not in row.issues:
            return gettext("没有这项未结的异常。")
        return super().refuse(row, choice, now)

    def says(self, row, choice):
        return gettext("结束异常“%(issue)s”。") % {"issue": EVENT_LABELS[choice]}

    def do(self, row, *, choice, actor, now, why):
        resolve_issue(parcel=row, issue=choice, how=why, actor=actor, now=now)

    def undo(self, row, *, choice, actor, now, why):
        take_back(
            parcel=row, code=Act.ISSUE_RESOLVED, issue=choice, actor=actor, now=now, why=why, since=now - UNDO_FOR
        )


class MarkLost(ParcelAction):
    code, title, permission = "parcel.lost", _("认定丢失（7 天没有消息）"), Permission.PARCEL_CORRECT
    warning = _("认定丢失会结束包裹的行程，收件人查询时会看到。请确认已在站点、车辆和中心查找过。")

    def refuse(self, row, choice, now):
        if not silent_since(row, now):
            return super().refuse(row, choice, now) or gettext("最近 7 天内还有消息，不能认定丢失。")
        return super().refuse(row, choice, now)

    def says(self, row, choice):
        return gettext("从“%(stage)s”改为“已丢失”，行程结束。") % {"stage": row.get_stage_display()}

    def do(self, row, *, choice, actor, now, why):
        mark_lost(parcel=row, actor=actor, now=now, why=why)

    def undo(self, row, *, choice, actor, now, why):
        take_back(parcel=row, code=Stage.LOST, actor=actor, now=now, why=why, since=now - UNDO_FOR)
