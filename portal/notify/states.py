from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a message stands. From `open` and `waiting` it may still change; the last four are the end."""

    OPEN = "open", _("待合并")  # takes further lines until it is due
    WAITING = "waiting", _("待发送")
    SENDING = "sending", _("发送中")
    UNKNOWN = "unknown", _("等回执")  # handed over without an answer: only a receipt tells
    SENT = "sent", _("已发送")  # taken by the provider
    DELIVERED = "delivered", _("已送达")
    FAILED = "failed", _("发送失败")
    WITHDRAWN = "withdrawn", _("已撤回")  # nothing left to tell before it was sent


DUE = (Status.OPEN, Status.WAITING, Status.SENDING, Status.UNKNOWN)  # claimed when their time has come
UNSENT = (Status.OPEN, Status.WAITING)  # nobody has it in hand


class Progress(models.TextChoices):
    """Where messages stand, as officials count them."""

    WAITING = "waiting", _("等待发送")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("发送失败")
    UNANSWERED = "unanswered", _("等回执")


STATUSES_OF = {
    Progress.WAITING: (Status.OPEN, Status.WAITING, Status.SENDING),
    Progress.SENT: (Status.SENT, Status.DELIVERED),
    Progress.FAILED: (Status.FAILED,),
    Progress.UNANSWERED: (Status.UNKNOWN,),
}


class Channel(models.TextChoices):
    SMS = "sms", _("短信")


class Urgency(models.TextChoices):
    NOW = "now", _("立即")  # a code somebody sits and waits for; twice does no harm
    SOON = "soon", _("尽快")
    CALM = "calm", _("不急")  # kept back in the quiet hours


class Outcome(models.TextChoices):
    """What came of handing one message to one provider once."""

    STARTED = "started", _("进行中")
    ACCEPTED = "accepted", _("已接收")
    TRY_AGAIN = "try_again", _("稍后再试")
    NOT_HERE = "not_here", _("此服务商不能发")
    NEVER = "never", _("不能发送")
    UNKNOWN = "unknown", _("未知")


class ReceiptKind(models.TextChoices):
    NONE = "", _("无回执")
    DELIVERED = "delivered", _("已送达")
    FAILED = "failed", _("未送达")


class BlockReason(models.TextChoices):
    INVALID = "invalid", _("号码无效")
    BLACKLISTED = "blacklisted", _("在免打扰名单")
    OPTED_OUT = "opted_out", _("收件人退订")
