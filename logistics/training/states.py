"""What courses, questions, papers and attempts may be, and how one state follows another."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """Why a course is there. A drill is learned and asked like any other course, but certifies nobody."""

    TRAINING = "training", _("岗位培训")
    DRILL = "drill", _("应急演练")


CERTIFYING = frozenset({Purpose.TRAINING})


class CourseState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", _("已停用")


COURSE_MOVES: dict[str, frozenset[str]] = {
    CourseState.DRAFT: frozenset({CourseState.PUBLISHED}),
    CourseState.PUBLISHED: frozenset({CourseState.RETIRED}),
    CourseState.RETIRED: frozenset({CourseState.PUBLISHED}),
}


class LessonKind(models.TextChoices):
    TEXT = "text", _("图文")
    IMAGE = "image", _("图片")
    VIDEO = "video", _("视频")
    ATTACHMENT = "attachment", _("附件")


WITH_FILE = frozenset({LessonKind.IMAGE, LessonKind.VIDEO, LessonKind.ATTACHMENT})


class QuestionKind(models.TextChoices):
    SINGLE = "single", _("单选题")
    MULTIPLE = "multiple", _("多选题")
    TRUE_FALSE = "true_false", _("判断题")


class QuestionState(models.TextChoices):
    ACTIVE = "active", _("可抽取")
    RETIRED = "retired", _("已停用")


class PaperState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    OPEN = "open", _("开放")
    CLOSED = "closed", _("已关闭")


PAPER_MOVES: dict[str, frozenset[str]] = {
    PaperState.DRAFT: frozenset({PaperState.OPEN}),
    PaperState.OPEN: frozenset({PaperState.CLOSED}),
    PaperState.CLOSED: frozenset({PaperState.OPEN}),
}


class AttemptState(models.TextChoices):
    RUNNING = "running", _("进行中")
    SUBMITTED = "submitted", _("已交卷")
    TIMED_OUT = "timed_out", _("到时收卷")


ATTEMPT_MOVES: dict[str, frozenset[str]] = {
    AttemptState.RUNNING: frozenset({AttemptState.SUBMITTED, AttemptState.TIMED_OUT}),
    AttemptState.SUBMITTED: frozenset(),
    AttemptState.TIMED_OUT: frozenset(),
}

LETTERS = "ABCDEFGH"  # how options are named, in the order in which they are shown
MOST_OPTIONS = 6


class RowResult(models.TextChoices):
    """What became of a line of an imported file."""

    TAKEN = "taken", _("可以导入")
    DUPLICATE = "duplicate", _("重复，跳过")
    REFUSED = "refused", _("不能导入")
