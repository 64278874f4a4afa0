"""What the portal tells people about their exams."""

from portal.notify.states import Urgency
from portal.notify.templates import declare

PASSED = declare(
    "exam_passed", "course", "score", "number",
    zh="您已通过“{course}”考试，得{score}分。证书编号{number}，可在“培训考试”页查看。",
    en="You passed the exam “{course}” with {score} points. Certificate {number}; see it on the page Training.",
    urgency=Urgency.CALM, in_app=True,
)  # fmt: skip
DRILLED = declare(
    "exam_passed_drill", "course", "score",
    zh="您已通过“{course}”测验，得{score}分。",
    en="You passed the test “{course}” with {score} points.",
    urgency=Urgency.CALM, in_app=True,
)  # fmt: skip
FAILED = declare(
    "exam_failed", "course", "score",
    zh="您的“{course}”考试得{score}分，没有通过。可在“培训考试”页看解析。",
    en="You did not pass the exam “{course}” ({score} points). Read the explanations on the page Training.",
    urgency=Urgency.CALM, in_app=True,
)  # fmt: skip
