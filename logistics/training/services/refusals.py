"""Why an exam can't be started or gone on with, and what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput, Conflict, TooMany


class NameMissing(Conflict):
    code = "exam_name_missing"
    message = _("您还没有填写姓名，合格证上要写姓名。")
    hint = _("请先到“账户”页填写真实姓名，再开始考试。")


class LessonsMissing(Conflict):
    code = "exam_lessons_missing"
    message = _("还有课时没有学完。")
    hint = _("请学完全部课时，再开始考试。")


class AlreadyPassed(Conflict):
    code = "exam_already_passed"
    message = _("您已经通过这门考试，现在不用再考。")
    hint = _("合格到期前 60 天内可以再考，办理续期。")


class CertificateStopped(Conflict):
    code = "exam_certificate_stopped"
    message = _("您这门课程的合格证被暂停，或正在复核是否撤销。")
    hint = _("请先联系县级主管部门，处理完再考。")


class NoAttemptLeft(Conflict):
    code = "exam_no_attempt_left"
    message = _("考试次数已经用完。")
    hint = _("请联系主办单位，或等最早的一次过期后再考。")


class WaitFirst(TooMany):
    code = "exam_wait"
    message = _("离上一次考试时间太短。")
    hint = _("请先看上一次的解析，过后再考。")


class TooFewQuestions(Conflict):
    code = "exam_too_few_questions"
    message = _("题库里的题目不够，现在不能开考。")
    hint = _("请联系主办单位补充题目。")


class TimeOver(Conflict):
    code = "exam_time_over"
    message = _("考试时间已到，不能再作答或交卷。")
    hint = _("到时以前保存的答案都已计分，请看考试结果。")


class ExamClosed(Conflict):
    code = "exam_closed"
    message = _("已经交卷，不能再改答案。")
    hint = _("请看考试结果。")


class ContinuedElsewhere(Conflict):
    code = "exam_continued_elsewhere"
    message = _("这场考试已在另一个浏览器里继续，这里不再保存。")
    hint = _("请回到那个浏览器作答；要在这里继续，请刷新本页后点“在这里继续”。")


class BadAnswer(BadInput):
    code = "exam_bad_answer"
    message = _("这个答案不属于这道题。")
    hint = _("请刷新页面后重新选择。")
