"""Refusals that services and selectors of certificates share."""

from django.utils.translation import gettext_lazy as _

from portal.core.errors import Conflict, NotFound


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
