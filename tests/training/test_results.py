"""Who sees whose results, and how officials keep courses, questions and papers."""

from __future__ import annotations

import pytest
from django.urls import reverse

from logistics.registry.models import Courier
from logistics.training.models import Attempt, Course, Option, Paper, Question
from logistics.training.selectors import visible_attempts
from logistics.training.states import CourseState, PaperState
from portal.audit.models import AuditEntry
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture
def registered(world):
    """A courier of the carrier who holds no role anywhere."""
    person = make_persona(1020, "秦新手")
    Courier.objects.create(
        user=person.user, code="K-1", name="秦新手", id_number="x", id_hash="1" * 64, kind="courier",
        enterprise=world.carrier, division=world.township,
    )  # fmt: skip
    return person


def test_results_reach_the_own_enterprise_and_area_and_no_other(
    school, world, registered, keeper, villager, enterprise_admin, township_official, county_official,
    neighbour_official, support,
):  # fmt: skip
    rows = {
        name: school.sit(p, 5).pk for name, p in {"courier": registered, "keeper": keeper, "member": villager}.items()
    }

    def seen(persona) -> set[str]:
        found = set(visible_attempts(actor=persona.actor()).values_list("pk", flat=True))
        return {name for name, pk in rows.items() if pk in found}

    assert seen(enterprise_admin) == {"courier"}
    assert seen(township_official) == {"courier", "keeper"}
    assert seen(county_official) == {"courier", "keeper", "member"}
    assert seen(neighbour_official) == seen(support) == seen(villager) == set()


def test_the_list_of_results_masks_names_and_costs_the_same_for_many(
    school, registered, keeper, villager, county_official, django_assert_max_num_queries
):
    school.sit(registered, 5)
    address = reverse("admin:training_attempt_changelist")
    page = county_official.client.get(address).content.decode()
    assert "秦**" in page
    assert "秦新手" not in page
    assert "K-1" in page
    school.sit(keeper, 5)
    school.sit(villager, 1)
    with django_assert_max_num_queries(16):
        assert county_official.client.get(address).status_code == 200
    attempt = Attempt.objects.get(user=registered.user)
    detail = county_official.client.get(reverse("admin:training_attempt_change", args=[attempt.pk])).content.decode()
    assert "单选题" in detail
    assert detail.count("答对") == 5


# -- keeping courses on the officials' site ------------------------------------------------------------------
def sent(page, **change) -> dict:
    """What the form of an admin page would send, with changes."""
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {**{name: value for name, value in values.items() if value not in (None, False)}, "reason": "更正", **change}


def test_an_official_corrects_a_question_and_attempts_keep_what_they_showed(school, villager, county_official):
    attempt = school.start(villager)
    asked = attempt.questions.filter(kind="single").first()
    address = reverse("admin:training_question_change", args=[asked.question_id])
    page = county_official.client.get(address)
    assert "*对的" in page.content.decode()
    answer = county_official.client.post(address, sent(page, text="改过的题", options="*新的\n旧的"))
    assert answer.status_code == 302, answer.context["errors"]
    assert list(Option.objects.filter(question=asked.question_id).order_by("order").values_list("text", "correct")) == [
        ("新的", True), ("旧的", False),
    ]  # fmt: skip
    asked.refresh_from_db()
    assert asked.text != "改过的题"
    assert AuditEntry.objects.filter(action="question.changed", object_id=str(asked.question_id)).exists()
    refused = county_official.client.post(address, sent(page, options="没有\n正确的"))
    assert "正确答案" in refused.content.decode()


def test_an_official_writes_the_rules_of_a_paper_in_words(school, county_official):
    address = reverse("admin:training_paper_change", args=[school.paper.pk])
    page = county_official.client.get(address)
    assert page.context["adminform"].form["rules"].value().splitlines()[0] == "收寄验视，单选，3，20"
    refused = county_official.client.post(address, sent(page, rules="收寄验视 五道"))
    assert "第 1 行看不懂" in refused.content.decode()
    county_official.client.post(address, sent(page, rules="收寄验视，单选，２，10\n*，判断，1，5"))
    parts = school.paper.parts.order_by("order").values_list("topic", "kind", "count", "points")
    assert list(parts) == [("收寄验视", "single", 2, 10), ("", "true_false", 1, 5)]


def test_courses_and_papers_move_with_a_reason(school, county_official):
    def act(model, pk, action):
        return county_official.client.post(
            reverse(f"admin:training_{model}_changelist"),
            {"action": action, "_selected_action": [pk], "reason": "内容更新"},
        )

    act("paper", school.paper.pk, "close_papers")
    assert Paper.objects.get().state == PaperState.CLOSED
    act("course", school.course.pk, "retire")
    assert Course.objects.get().state == CourseState.RETIRED
    assert AuditEntry.objects.get(action="course.moved", after={"state": "retired"}).why == "内容更新"
    assert act("course", school.course.pk, "retire").status_code == 409


def test_an_official_adds_a_course_only_in_the_own_county(world, county_official):
    address = reverse("admin:training_course_add")
    form = {"code": "keeper-basics", "title": "站长培训", "audience": "keeper", "purpose": "training"}
    refused = county_official.client.post(address, {**form, "division": world.neighbour_county.pk})
    assert not Course.objects.exists()
    assert refused.status_code in (200, 403)
    assert county_official.client.post(address, {**form, "division": world.county.pk}).status_code == 302
    assert Course.objects.get().state == CourseState.DRAFT


def test_the_list_of_questions_shows_how_they_did(school, villager, keeper, county_official):
    school.sit(villager, 5)
    school.sit(keeper, 0)
    page = county_official.client.get(reverse("admin:training_question_changelist")).content.decode()
    assert "50%" in page or "100%" in page
    assert reverse("bank_import") in page
    assert Question.objects.count() == 12
