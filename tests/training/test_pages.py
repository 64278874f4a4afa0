"""The pages: learning, an exam with and without JavaScript, its result."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse
from PIL import Image

from logistics.training.models import Attempt, Lesson, LessonDone
from logistics.training.services import catalogue
from logistics.training.services.media import PIECE, FileTooLarge, WrongFile, keep_captions, keep_file
from logistics.training.states import AttemptState, CourseState
from tests.training.conftest import OFFICE, given

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def started(school, persona) -> Attempt:
    """Started from the page, so that this browser holds the seat."""
    school.learn(persona)
    answer = persona.client.post(reverse("exam_start", args=[school.paper.pk]))
    attempt = Attempt.objects.get(user=persona.user)
    assert answer.url == reverse("exam", args=[attempt.pk])
    return attempt


def post(client, attempt, body, name="exam_answers"):
    return client.post(reverse(name, args=[attempt.pk]), body, content_type="application/json")


def form_of(answers: dict[int, str], **more) -> dict:
    return {"asked": list(answers), **{f"q{order}": list(letters) for order, letters in answers.items()}, **more}


# -- learning --------------------------------------------------------------------------------------------
def test_a_learner_goes_through_the_lessons_and_reaches_the_exam(school, courier):
    home = text(courier.client.get(reverse("training")))
    assert "与您的岗位有关" in home
    course = reverse("training_course", args=[school.course.code])
    assert "请学完全部课时" in text(courier.client.get(course))
    first, second = school.course.lessons.order_by("order")
    page = text(courier.client.get(reverse("training_lesson", args=[school.course.code, first.pk])))
    assert "<strong>先验视</strong>" in page
    answer = courier.client.post(reverse("training_lesson_done", args=[school.course.code, first.pk]))
    assert answer.url == reverse("training_lesson", args=[school.course.code, second.pk])
    assert f'href="{answer.url}">接着学' in text(courier.client.get(course))  # resumes where it stopped
    courier.client.post(reverse("training_lesson_done", args=[school.course.code, second.pk]))
    courier.client.post(reverse("training_lesson_done", args=[school.course.code, second.pk]))
    assert LessonDone.objects.filter(user=courier.user).count() == 2
    assert "开始考试" in text(courier.client.get(course))


def test_lessons_show_what_looks_like_html_as_it_was_typed(school, villager):
    lesson = school.course.lessons.first()
    Lesson.objects.filter(pk=lesson.pk).update(text="<script>alert(1)</script>\n\n- **a<b**")
    page = text(villager.client.get(reverse("training_lesson", args=[school.course.code, lesson.pk])))
    assert "<script>alert" not in page
    assert "<strong>a&lt;b</strong>" in page


def test_a_course_that_is_not_published_is_not_found(school, villager):
    catalogue.move_course(course_id=school.course.pk, to=CourseState.RETIRED, actor=OFFICE, now=school.now)
    lesson = school.course.lessons.first()
    for address in (
        reverse("training_course", args=[school.course.code]),
        reverse("training_lesson", args=[school.course.code, lesson.pk]),
    ):
        assert villager.client.get(address).status_code == 404
    assert school.course.title not in text(villager.client.get(reverse("training")))


def test_the_list_of_courses_asks_the_same_number_of_questions_of_the_database(
    school, villager, django_assert_max_num_queries, world
):
    villager.client.get(reverse("training"))
    for number in range(8):
        course = catalogue.create_course(
            code=f"more-{number}", title=f"课程 {number}", intro="", audience="keeper", division=world.county,
            actor=OFFICE, now=school.now,
        )  # fmt: skip
        catalogue.add_lesson(course=course, title="一", text="一", minutes=1)
        catalogue.move_course(course_id=course.pk, to=CourseState.PUBLISHED, actor=OFFICE, now=school.now)
    with django_assert_max_num_queries(12):
        assert text(villager.client.get(reverse("training"))).count("<progress") == 9


# -- files of lessons --------------------------------------------------------------------------------------
def test_a_video_is_served_piece_by_piece(school, villager):
    data = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * (PIECE // 128)
    kept = keep_file(kind="video", file=io.BytesIO(data), name="../../etc/演示.mp4")
    assert kept.name == "演示.mp4"
    lesson = Lesson.objects.create(
        course=school.course, order=3, kind="video", title="影片", file=kept.path, file_name=kept.name,
        content_type=kept.content_type, size=kept.size, captions=keep_captions(file=io.BytesIO(b"WEBVTT\n")),
    )  # fmt: skip
    address = reverse("training_file", args=[school.course.code, lesson.pk])
    get = lambda wanted: villager.client.get(address, headers={"range": wanted})  # noqa: E731
    part = get("bytes=4-11")
    assert (part.status_code, part.content) == (206, b"ftypmp42")
    assert part["Content-Range"] == f"bytes 4-11/{len(data)}"
    assert len(get("bytes=0-").content) == PIECE  # an open end gives a piece
    assert get("bytes=-4").content == data[-4:]
    assert get(f"bytes={len(data)}-").status_code == 416
    assert "<track" in text(villager.client.get(reverse("training_lesson", args=[school.course.code, lesson.pk])))
    captions = villager.client.get(reverse("training_captions", args=[school.course.code, lesson.pk]))
    assert captions["Content-Type"].startswith("text/vtt")
    for path in (kept.path, lesson.captions):
        storages["default"].delete(path)


@pytest.mark.parametrize("kind", ["video", "attachment"])
def test_a_file_is_told_by_its_content_not_by_its_name(kind):
    with pytest.raises(WrongFile):
        keep_file(kind=kind, file=io.BytesIO(b"MZ\x90\x00 an executable"), name="lesson.mp4.pdf")
    with pytest.raises(WrongFile):
        keep_captions(file=ContentFile(b"<script>"))


def test_an_attachment_beyond_its_limit_is_refused():
    class Endless(io.BytesIO):
        def tell(self):
            return 21 * 1024 * 1024

    with pytest.raises(FileTooLarge):
        keep_file(kind="attachment", file=Endless(b"%PDF-1.7"), name="a.pdf")


def test_a_picture_is_made_anew():
    raw = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(raw, "PNG")
    kept = keep_file(kind="image", file=raw, name="图.png")
    assert kept.content_type == "image/jpeg"
    storages["default"].delete(kept.path)


# -- the exam --------------------------------------------------------------------------------------------
def test_answers_are_saved_as_they_are_given(school, villager):
    attempt = started(school, villager)
    answer = post(villager.client, attempt, {"answers": {"1": "B"}, "sequence": 1})
    assert answer.status_code == 200
    body = answer.json()
    assert body["sequence"] == 1
    assert not body["stale"]
    assert 29 * 60 < body["seconds_left"] <= 30 * 60
    page = text(villager.client.get(reverse("exam", args=[attempt.pk])))
    assert 'value="B" checked' in page
    assert "解析" not in page


def test_an_answer_of_another_shape_is_refused_with_a_sentence(school, villager):
    attempt = started(school, villager)
    for body in (
        "x", "[]", "{}", '{"answers": 3, "sequence": 1}', '{"answers": {"1": ["A"]}, "sequence": 1}',
        '{"answers": {"1": "A"}, "sequence": "1"}', '{"answers": {"x": "A"}, "sequence": 1}',
        '{"answers": {"1": "AAAAAAAAAAAA"}, "sequence": 1}', '{"answers": {"1": "A"}, "sequence": 99999999999999}',
        '{"answers": {"1": "A"}, "sequence": true}',
    ):  # fmt: skip
        answer = post(villager.client, attempt, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "exam_bad_answer"), body


def test_without_javascript_one_form_saves_and_hands_in(school, villager):
    attempt = started(school, villager)
    answers = given(attempt, 5)
    saved = villager.client.post(reverse("exam_answers", args=[attempt.pk]), form_of(answers, go="3"))
    assert saved.url == reverse("exam", args=[attempt.pk]) + "#q3"
    unsure = villager.client.post(reverse("exam_submit", args=[attempt.pk]), form_of(answers), follow=True)
    assert "请先勾选" in text(unsure)
    done = villager.client.post(reverse("exam_submit", args=[attempt.pk]), form_of(answers, sure="1"))
    assert done.url == reverse("exam_result", args=[attempt.pk])
    page = text(villager.client.get(done.url))
    attempt.refresh_from_db()
    assert "100 / 100 分" in page
    assert attempt.certificate in page
    assert "解析" in page
    again = villager.client.post(reverse("exam_submit", args=[attempt.pk]), form_of(given(attempt, 0), sure="1"))
    assert again.url == done.url
    assert Attempt.objects.get().score == 100


def test_another_browser_asks_before_it_goes_on(school, villager):
    attempt = started(school, villager)
    other = villager.new_client()
    address = reverse("exam", args=[attempt.pk])
    assert "正在另一个浏览器里进行" in text(other.get(address))
    refused = post(other, attempt, {"answers": {"1": "A"}, "sequence": 1})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "exam_continued_elsewhere")
    other.post(reverse("exam_here", args=[attempt.pk]))
    assert post(other, attempt, {"answers": {"1": "A"}, "sequence": 1}).status_code == 200
    told = post(villager.client, attempt, {"answers": {"1": "B"}, "sequence": 2})
    assert told.json()["error"]["code"] == "exam_continued_elsewhere"
    assert "正在另一个浏览器里进行" in text(villager.client.get(address))


def test_a_page_opened_after_the_time_shows_the_result(school, villager):
    attempt = started(school, villager)
    past = attempt.started_at - dt.timedelta(hours=2)
    Attempt.objects.filter(pk=attempt.pk).update(started_at=past, ends_at=past + dt.timedelta(minutes=30))
    late = villager.client.post(
        reverse("exam_submit", args=[attempt.pk]), form_of(given(attempt, 5), sure="1"), follow=True
    )
    assert "考试时间已到" in text(late)
    assert "0 / 100 分" in text(late)
    assert Attempt.objects.get().state == AttemptState.TIMED_OUT
    assert villager.client.get(reverse("exam", args=[attempt.pk])).url == reverse("exam_result", args=[attempt.pk])
    refused = post(villager.client, attempt, {"answers": {"1": "A"}, "sequence": 1})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "exam_time_over")


def test_somebody_elses_exam_is_not_found_by_any_door(school, villager, keeper, county_official):
    attempt = started(school, villager)
    for other in (keeper, county_official):
        assert other.client.get(reverse("exam", args=[attempt.pk])).status_code == 404
        assert other.client.get(reverse("exam_result", args=[attempt.pk])).status_code == 404
        for name in ("exam_answers", "exam_here", "exam_submit"):
            assert other.client.post(reverse(name, args=[attempt.pk]), {"sure": "1"}).status_code == 404


def test_a_refused_start_says_why_on_the_page_of_the_course(school, villager):
    school.sit(villager, 0)
    answer = villager.client.post(reverse("exam_start", args=[school.paper.pk]), follow=True)
    assert "要等 24 小时才能再考" in text(answer)
    assert Attempt.objects.count() == 1
