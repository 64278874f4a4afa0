"""Courses from files, and the demo county's."""

from __future__ import annotations

import tomllib

import pytest
from django.core.management import CommandError, call_command

from logistics.certificates.models import Certificate
from logistics.training import audiences
from logistics.training.models import Attempt, Course, Option, Question
from logistics.training.selectors import my_courses, passed
from logistics.training.services.catalogue import create_course
from logistics.training.services.contents import FOLDER, CourseExists, take_course
from logistics.training.states import PaperState, Purpose, QuestionKind
from portal.core.clock import county_day
from portal.core.errors import BadInput, Forbidden
from tests.training.conftest import OFFICE, make_school

pytestmark = pytest.mark.django_db
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_course_file_makes_an_open_course(world, path):
    call_command("load_course", str(path), "--division", world.county.code)
    course = Course.objects.get(code=path.stem)
    assert course.papers.get().state == PaperState.OPEN
    assert all(q.explanation for q in course.questions.all())
    topics = {rule[0] for rule in tomllib.loads(path.read_text())["paper"]["rules"]}
    assert set(course.questions.values_list("topic", flat=True)) == topics
    with pytest.raises(CommandError, match="已有同样代码"):
        call_command("load_course", str(path), "--division", world.county.code)


def test_the_files_hold_enough_to_ask():
    questions = [q for path in FILES for q in tomllib.loads(path.read_text())["questions"]]
    assert len(questions) >= 40
    assert {q["kind"] for q in questions} == set(QuestionKind.values)
    # who always ticks the first option does not pass by it
    firsts = [q["options"][0].startswith("*") for q in questions if q["kind"] == QuestionKind.SINGLE]
    assert sum(firsts) < len(firsts) / 2


def test_a_course_is_taken_whole_or_not_at_all(world, tmp_path, school, county_official):
    broken = tmp_path / "broken.toml"
    broken.write_text(FILES[1].read_text().replace('kind = "single"', 'kind = "essay"', 1))
    with pytest.raises(CommandError):
        call_command("load_course", str(broken), "--division", world.county.code)
    assert list(Course.objects.all()) == [school.course]
    with pytest.raises(CourseExists):
        take_course(path=FOLDER / "courier-basics.toml", division=world.county, actor=OFFICE, now=school.now)
    with pytest.raises(Forbidden):
        take_course(
            path=FOLDER / "driver-safety.toml", division=world.neighbour_county, actor=county_official.actor(),
            now=school.now,
        )  # fmt: skip
    assert Attempt.objects.count() == 0
    assert Option.objects.filter(question__in=Question.objects.exclude(course=school.course)).count() == 0


def test_an_app_above_drills_its_own_people_with_the_same_services(world, keeper, villager, monkeypatch):
    monkeypatch.setattr(audiences, "_audiences", dict(audiences._audiences))
    audiences.add_audience("rescuer", "救援队员", lambda actor: actor.user_id == keeper.user.pk)
    drill = make_school(world.county, code="flood-drill", audience="rescuer", purpose=Purpose.DRILL)
    today = county_day(drill.now)
    (shown,) = my_courses(actor=keeper.actor(), today=today, purpose=Purpose.DRILL)
    assert (shown.mine, shown.audience) == (True, "救援队员")
    assert my_courses(actor=keeper.actor(), today=today) == []
    assert drill.sit(keeper, 5).passed
    assert not Certificate.objects.exists()
    ask = {"audience": "rescuer", "purpose": Purpose.DRILL, "today": today}
    assert passed(user_id=keeper.user.pk, **ask)
    assert not passed(user_id=villager.user.pk, **ask)
    with pytest.raises(BadInput):
        create_course(
            code="x", title="x", intro="", audience="nobody", division=world.county, actor=OFFICE, now=drill.now
        )
