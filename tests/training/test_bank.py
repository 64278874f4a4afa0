"""The question bank: what the database holds, files of questions, drawing, figures."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from logistics.training.draw import Candidate, Rule, draw, shortage
from logistics.training.models import Course, Option, Paper, Question
from logistics.training.selectors.results import course_figures, question_figures
from logistics.training.services import catalogue
from logistics.training.services.sheets import COLUMNS, EXAMPLES, import_questions, template_file
from logistics.training.states import (
    ATTEMPT_MOVES,
    COURSE_MOVES,
    PAPER_MOVES,
    CourseState,
    PaperState,
    QuestionKind,
    QuestionState,
)
from portal.core.errors import Conflict, NotFound
from portal.core.sheets import write_workbook
from portal.core.workbooks import FileProblem
from tests.training.conftest import OFFICE

pytestmark = pytest.mark.django_db


def sheet(*rows, header=COLUMNS) -> io.BytesIO:
    out = io.BytesIO()
    write_workbook(out, cover_title="说明", cover=[("a", "b")], title="题目", header=header, rows=rows)
    return out


def single(text="题", answer="A", kind="单选", topic="专题", a="甲", b="乙", c=""):
    return (topic, kind, text, a, b, c, "", "", "", answer, "")


def take(school, *rows, dry_run=True, **extra):
    return import_questions(
        course=school.course, file=sheet(*rows, **extra), dry_run=dry_run, actor=OFFICE, now=school.now
    )


# -- what the database holds -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "right"),
    [("single", ()), ("single", (1, 2)), ("multiple", (1,)), ("true_false", ())],
)
def test_a_question_without_its_right_answers_can_not_be_kept(school, kind, right):
    with pytest.raises(IntegrityError), transaction.atomic():
        write_at_once(school.course, kind, right)


def write_at_once(course, kind, right) -> None:
    question = Question.objects.create(course=course, topic="x", kind=kind, text="?")
    for order in (1, 2):
        Option.objects.create(question=question, order=order, text=str(order), correct=order in right)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_states_jump_only_as_the_tables_say(school):
    with pytest.raises(IntegrityError), transaction.atomic():
        Course.objects.filter(pk=school.course.pk).update(state=CourseState.DRAFT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=school.paper.pk).update(state=PaperState.DRAFT)
    with connection.cursor() as cursor:
        for table, moves in (("course", COURSE_MOVES), ("paper", PAPER_MOVES), ("attempt", ATTEMPT_MOVES)):
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"training_{table}_jump"])
            source = cursor.fetchone()[0]
            pairs = {(start, end) for start, ends in moves.items() for end in ends}
            assert source.count("', '") == len(pairs)
            assert all(f"('{start}', '{end}')" in source for start, end in pairs)


# -- drawing -----------------------------------------------------------------------------------------------
def bank_of(count: int, topic="a", kind="single", first=1) -> list[Candidate]:
    options = ((1, "x", True), (2, "y", False), (3, "z", False))
    return [Candidate(first + n, topic, kind, options) for n in range(count)]


def test_the_same_seed_draws_the_same_paper_and_another_another():
    rules = [Rule("a", "single", 5, 2), Rule("", "", 3, 1)]
    bank = bank_of(20) + bank_of(10, "b", "multiple", 100)
    one, same, other = draw(rules, bank, 7), draw(rules, reversed(bank), 7), draw(rules, bank, 8)
    assert one == same
    assert one != other
    assert len({d.id for d in one}) == 8
    assert [d.points for d in one] == [2] * 5 + [1] * 3
    orders = {tuple(pk for pk, _text in d.options) for seed in range(20) for d in draw(rules, bank, seed)}
    assert len(orders) == 6  # every order of three options is met
    for drawn in one:
        right = [text for letter, (_pk, text) in zip("ABC", drawn.options, strict=True) if letter in drawn.key]
        assert right == ["x"]


def test_true_and_false_keep_their_places():
    bank = [Candidate(1, "a", QuestionKind.TRUE_FALSE, ((1, "对", False), (2, "错", True)))]
    for seed in range(10):
        (drawn,) = draw([Rule("", "", 1, 1)], bank, seed)
        assert (drawn.options, drawn.key) == ([[1, "对"], [2, "错"]], "B")


@pytest.mark.parametrize(
    ("rules", "missing"),
    [
        ([Rule("a", "single", 3, 1)], 0),
        ([Rule("a", "single", 4, 1)], 1),
        ([Rule("", "", 5, 1), Rule("a", "single", 3, 1)], 3),
        ([Rule("", "", 6, 1)], 1),
        ([Rule("", "", 2, 1), Rule("a", "single", 3, 1)], 0),
        ([Rule("", "multiple", 2, 1), Rule("", "", 4, 1)], 1),
        ([Rule("c", "", 1, 1)], 1),
    ],
)
def test_a_shortage_is_known_before_anybody_draws(rules, missing):
    bank = bank_of(3) + bank_of(2, "b", "multiple", 100)
    assert shortage(rules, bank) == missing
    if not missing:
        assert all(len(draw(rules, bank, seed)) == sum(r.count for r in rules) for seed in range(5))


def test_a_paper_opens_only_with_enough_questions(school):
    catalogue.move_paper(paper_id=school.paper.pk, to=PaperState.CLOSED, actor=OFFICE, now=school.now)
    Question.objects.filter(kind="single").update(state=QuestionState.RETIRED)
    with pytest.raises(Conflict, match="training_not_ready"):
        catalogue.move_paper(paper_id=school.paper.pk, to=PaperState.OPEN, actor=OFFICE, now=school.now)


# -- files ---------------------------------------------------------------------------------------------------
def test_the_template_is_taken_as_it_is(school):
    outcome = import_questions(
        course=school.course, file=io.BytesIO(template_file()), dry_run=False, actor=OFFICE, now=school.now
    )
    assert (outcome.taken, outcome.refused) == (len(EXAMPLES), 0)
    question = Question.objects.get(course=school.course, kind="multiple", topic="收寄验视", text__startswith="下列")
    assert [o.correct for o in question.options.order_by("order")] == [True, True, False, True]
    again = import_questions(
        course=school.course, file=io.BytesIO(template_file()), dry_run=False, actor=OFFICE, now=school.now
    )
    assert (again.taken, again.duplicates) == (0, len(EXAMPLES))


def test_a_dry_run_writes_nothing(school):
    before = Question.objects.count()
    assert take(school, single()).taken == 1
    assert Question.objects.count() == before


BAD = (
    (single(kind="简答"), "题型"),
    (single(answer="D"), "字母"),
    (single(answer=""), "字母"),
    (single(answer="AB"), "一个正确答案"),
    (single(answer="A", kind="多选"), "两个正确答案"),
    (single(answer="也许", kind="判断"), "对”或“错"),
    (single(topic=""), "专题"),
    (single(text=""), "题目"),
    (single(b="甲"), "一样"),
    (single(b="", c="丙"), "不能空着"),
    (single(text="长" * 501), "500"),
    (single(text="=1+1"), "公式"),
)


def test_a_bad_line_is_refused_with_its_reason_and_the_others_are_taken(school):
    outcome = take(school, *(row for row, _word in BAD), single(text="好题"), dry_run=False)
    assert (outcome.taken, outcome.refused) == (1, len(BAD))
    for number, (line, (_row, word)) in enumerate(zip(outcome.lines, BAD, strict=False), 2):
        assert line.line == number
        assert word in line.message
    assert Question.objects.filter(text="好题").exists()


def test_the_same_question_twice_in_a_file_is_taken_once(school):
    outcome = take(school, single(), single(), dry_run=False)
    assert (outcome.taken, outcome.duplicates) == (1, 1)


def bomb() -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    return out


@pytest.mark.parametrize(
    "file",
    [bomb, lambda: io.BytesIO(b"MZ not a workbook"), lambda: sheet(single(), header=["甲", "乙", "丙"]), sheet],
    ids=["zip bomb", "executable", "other columns", "empty"],
)
def test_a_file_that_is_none_is_refused_as_a_whole(school, file):
    with pytest.raises(FileProblem):
        import_questions(course=school.course, file=file(), dry_run=False, actor=OFFICE, now=school.now)


def test_the_import_page_tries_first_and_then_takes(school, county_official):
    page = county_official.client.get(reverse("bank_import"))
    assert page.status_code == 200

    def upload(**more):
        file = SimpleUploadedFile("q.xlsx", sheet(single(text="新题"), single(kind="?")).getvalue())
        return county_official.client.post(
            reverse("bank_import"), {"course": school.course.pk, "file": file, **more}
        ).content.decode()

    assert "试运行" in upload(dry_run="on")
    assert not Question.objects.filter(text="新题").exists()
    assert "已导入" in upload()
    assert Question.objects.filter(text="新题").exists()
    too_big = SimpleUploadedFile("q.xlsx", b"PK" + b"0" * (6 * 1024 * 1024))
    refused = county_official.client.post(reverse("bank_import"), {"course": school.course.pk, "file": too_big})
    assert refused.status_code == 413


def test_another_countys_course_takes_no_questions(school, neighbour_official):
    with pytest.raises(NotFound):
        import_questions(
            course=school.course, file=sheet(single()), dry_run=False, actor=neighbour_official.actor(), now=school.now
        )
    answer = neighbour_official.client.post(
        reverse("bank_import"),
        {"course": school.course.pk, "file": SimpleUploadedFile("q.xlsx", sheet(single()).getvalue())},
    )
    assert answer.status_code == 400


# -- figures -------------------------------------------------------------------------------------------------
def test_figures_of_questions_come_from_closed_exams(school, villager, keeper, courier):
    for persona, right in ((villager, 5), (keeper, 0)):
        school.sit(persona, right)
    school.start(courier)
    ids = list(Question.objects.values_list("pk", flat=True))
    figures = question_figures(questions=ids)
    asked = sum(f.asked for f in figures.values())
    assert asked == 10
    twice = [f for f in figures.values() if f.asked == 2]
    assert all(f.right_share == 0.5 for f in twice)
    assert all(f.discrimination == pytest.approx(1.0) for f in twice)
    course = course_figures(courses=[school.course.pk])[school.course.pk]
    assert (course.taken, course.people_passed, course.pass_share) == (2, 1, 0.5)


@pytest.mark.parametrize("spoilt", ["a_xD800_b", "a_x0000_b"])
def test_a_cell_no_database_keeps_costs_its_line_and_such_a_heading_nothing(school, spoilt):
    """As a workbook writes signs that XML can't hold."""
    book = openpyxl.Workbook()
    for line in ([*COLUMNS, spoilt], single("好题"), single(spoilt), single("另一题", a=spoilt)):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    outcome = import_questions(course=school.course, file=out, dry_run=False, actor=OFFICE, now=school.now)
    assert (outcome.taken, outcome.refused) == (1, 2)
    assert Question.objects.filter(course=school.course, text="好题").exists()
