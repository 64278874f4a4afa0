from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    NEW = "new", _("新申请")
    RENEWAL = "renewal", _("续期")
    CHANGE = "change", _("变更")
    ANNUAL = "annual", _("年审")


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已提交，待审核")
    RETURNED = "returned", _("退回修改")
    APPROVED = "approved", _("已通过")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


S = ApplicationState
# What may follow what; the database refuses everything else (application_jump), the services answer 409.
MOVES: dict[str, frozenset[str]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.RETURNED, S.APPROVED, S.REFUSED, S.WITHDRAWN}),
    S.RETURNED: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.APPROVED: frozenset(),
    S.REFUSED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
OPEN = (S.DRAFT, S.SUBMITTED, S.RETURNED)
EDITABLE = (S.DRAFT, S.RETURNED)


class ScanState(models.TextChoices):
    """What the virus scanner said of a file."""

    CLEAN = "clean", _("已查毒")
    UNSCANNED = "unscanned", _("未查毒")


class RegisterStage(models.TextChoices):
    """A register that comes as a file, from its reading to its end."""

    READING = "reading", _("正在读取")
    JUDGING = "judging", _("正在逐行核对")
    JUDGED = "judged", _("核对完成，待确认")
    WRITING = "writing", _("正在写入")
    DONE = "done", _("已写入")
    FAILED = "failed", _("未能读取")


class RegisterResult(models.TextChoices):
    """What one line would do, and after the writing what it did."""

    WAITING = "waiting", _("待核对")
    NEW = "new", _("新增")
    CHANGED = "changed", _("修改")
    SAME = "same", _("没有变化")
    REFUSED = "refused", _("不能写入")
    ADDED = "added", _("已新增")
    UPDATED = "updated", _("已修改")
    MOVED = "moved", _("期间有变化，未写入")
