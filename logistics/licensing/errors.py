"""Refusals that several steps of an application share."""

from django.utils.translation import gettext_lazy as _

from portal.core.errors import Conflict, Forbidden, NotFound


class ApplicationNotFound(NotFound):
    code = "unknown_application"
    message = _("没有这份申请。")
    hint = _("请从“我的申请”或审核列表进入。")


class WrongState(Conflict):
    code = "application_state"
    message = _("申请的当前状态不能这样办理。")
    hint = _("请刷新页面，按最新状态办理。")


class UnderReview(Conflict):
    code = "application_under_review"
    message = _("申请已提交，审核期间不能修改。")
    hint = _("需要修改时先撤回重新申请，或等主管部门退回。")


class StaleRevision(Conflict):
    code = "application_changed"
    message = _("申请人已重新提交，您看到的是旧内容。")
    hint = _("请刷新页面，核对新内容后再办理。")


class ClaimLost(Conflict):
    code = "application_claim_lost"
    message = _("您没有领取这份申请，或领取已超时。")
    hint = _("请重新点“开始审核”，核对后再办理。")


class ClaimedByOther(Conflict):
    code = "application_claimed"
    message = _("这份申请正由另一位同事审核。")
    hint = _("请先办理其他申请，或等对方办完、超时后再试。")


class OwnCase(Forbidden):
    code = "application_own_case"
    message = _("不能审核自己的申请，也不能审核自己任职单位的申请。")
    hint = _("请由另一位同事审核。")


class NotForYou(Forbidden):
    code = "application_not_for_you"
    message = _("您不能为这个企业、站点、车辆或人员提出申请。")
    hint = _("请由它的企业管理员、站长、车主或本人提出。")


class AlreadyOpen(Conflict):
    code = "application_open"
    message = _("已经有一份在办的申请。")
    hint = _("请在“我的申请”继续办理那一份，或先撤回它。")


class ChecklistOpen(Conflict):
    code = "application_checklist_open"
    message = _("还有审核要点没有核对，或不符合。")
    hint = _("请逐项核对；不符合的，请退回修改或不予通过。")
