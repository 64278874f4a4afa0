"""Refusals that services and selectors of certificates share."""

from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput, Conflict, Forbidden, NotFound


class CertificateNotFound(NotFound):
    code = "unknown_certificate"
    message = _("没有这张证书。")
    hint = _("请核对证书编号。")


class IllegalJump(Conflict):
    """The certificate is in a state from which this can't be done, perhaps since a moment ago."""

    code = "certificate_state"
    hint = _("请刷新页面查看证书现在的状态。")


class RevocationPending(Conflict):
    code = "revocation_pending"
    message = _("这张证书正在复核是否撤销。")
    hint = _("请等复核有了结果再办理。")


class SuspendedNow(Conflict):
    code = "certificate_suspended"
    message = _("原证书已被暂停，不能直接换发。")
    hint = _("请先恢复或撤销原证书，再通过这份申请。")


class SameOfficial(Conflict):
    code = "same_official"
    message = _("撤销要两个人办理，提出人不能自己复核。")
    hint = _("请另一位有撤销权限的管理员复核。")


class NotYourProposal(Conflict):
    code = "not_your_proposal"
    message = _("只有提出人可以撤回。")
    hint = _("不同意撤销的，请在复核时选“不同意”。")


class NothingProposed(Conflict):
    code = "no_proposal"
    message = _("这张证书没有等待复核的撤销。")
    hint = _("请刷新页面；要撤销的，请先提出。")


class WhyMissing(BadInput):
    code = "why_missing"
    message = _("请写明理由。")
    hint = _("理由会告诉持证人，也记入操作记录，最多 200 个字。")


class OnlyPeople(Forbidden):
    code = "only_people"
    message = _("撤销只能由人提出和复核。")
    hint = _("请用管理员账户登录后办理。")
