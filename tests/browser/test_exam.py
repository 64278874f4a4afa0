"""A learner finishes the last lesson, loses the connection in the exam, goes on, and passes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from logistics.certificates.models import Certificate
from logistics.training.models import Attempt, LessonDone
from tests.browser.conftest import overflow, violations
from tests.personas import CAST
from tests.training.conftest import given, make_school
from tests.world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_exam_survives_a_lost_connection_and_a_wrong_clock(visit):
    world = make_world()
    school, villager = make_school(world.county), CAST["villager"](world)
    first, last = school.course.lessons.order_by("order")
    LessonDone.objects.create(user=villager.user, lesson=first, done_at=school.now)

    page = visit(f"/training/courses/{school.course.code}/{last.pk}/", client=villager.client, trouble=True)
    page.get_by_role("button", name="学完了").click()
    page.get_by_role("button", name="开始考试").click()
    page.wait_for_url("**/exams/*/")
    attempt = Attempt.objects.get()
    answers = given(attempt, 5)
    page.evaluate("Date.now = () => 0")  # the phone's clock is wrong: nobody asks it
    assert page.locator("#clock").inner_text().startswith(("30:", "29:"))

    def choose(order: int) -> None:
        for letter in answers[order]:
            page.locator(f"#q{order} input[value={letter}]").check()

    choose(1)
    page.locator("#saved", has_text="已保存").wait_for()
    page.context.set_offline(True)
    for order in (2, 3):
        choose(order)
    page.locator("#saved", has_text="网络断开").wait_for()
    assert attempt.questions.get(order=2).answer == ""
    page.context.set_offline(False)
    page.locator("#saved", has_text="已保存").wait_for()
    saved = dict(attempt.questions.values_list("order", "answer"))
    assert {n: saved[n] for n in (1, 2, 3)} == {n: answers[n] for n in (1, 2, 3)}
    assert violations(page) == []
    assert overflow(page) == 0

    for order in (4, 5):
        choose(order)
    page.get_by_label("我已检查，确定交卷").check()
    page.get_by_role("button", name="交卷").click()
    page.wait_for_url("**/result/")
    expect(page.get_by_text("100 / 100 分")).to_be_visible()
    expect(page.get_by_text(Certificate.objects.get().number)).to_be_visible()
