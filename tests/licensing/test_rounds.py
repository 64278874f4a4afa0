"""What an applicant changed between two submissions, and that nothing changed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from logistics.licensing import selectors, services
from logistics.licensing.models import Application, Document, Submission
from logistics.licensing.services.handing_in import NothingChanged
from tests.licensing.conftest import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(villager, county_official, world) -> Application:
    desk = Desk(villager, county_official, world, now=timezone.now())
    row = desk.claimed()
    return services.return_for_changes(
        application=row, revision=row.revision, remarks={"address": "请写到门牌号"}, actor=county_official.actor(),
        now=desk.now,
    )  # fmt: skip


def hand_in_again(row, villager, **more) -> Application:
    return services.submit(application=row, actor=villager.actor(), now=timezone.now(), **more)


def page(row, official) -> str:
    return official.client.get(reverse("admin:licensing_application_change", args=[row.pk])).content.decode()


def since(row, official):
    return selectors.since_last_round(application=row, actor=official.actor(), now=timezone.now())


def test_changed_fields_are_marked_with_what_they_were(returned, villager, county_official):
    before = selectors.all_values(returned)["address"]
    changed = {**selectors.all_values(returned), "address": "水洛镇北街 12 号"}
    services.save_draft(application=returned, values=changed, actor=villager.actor(), now=timezone.now())
    row = hand_in_again(returned, villager)
    found = since(row, county_official)
    assert (set(found.fields), found.papers, found.nothing) == ({"address"}, frozenset(), False)
    shown = page(row, county_official)
    assert shown.count("这次改过") == 1
    assert f"上次：{before}" in shown
    assert "什么都没有改" not in shown


def test_evidence_that_was_replaced_is_marked(returned, villager, county_official):
    paper = Document.objects.filter(application=returned).first()
    Document.objects.filter(pk=paper.pk).update(sha256="1" * 64)
    row = hand_in_again(returned, villager)
    assert since(row, county_official).papers == {paper.kind}
    assert page(row, county_official).count("这次换过") == 1


def test_personal_values_of_the_last_round_stay_masked(returned, villager, county_official):
    changed = {**selectors.all_values(returned), "contact_phone": "13809330009"}
    old = selectors.all_values(returned)["contact_phone"]
    services.save_draft(application=returned, values=changed, actor=villager.actor(), now=timezone.now())
    row = hand_in_again(returned, villager)
    assert old.removeprefix("+86") not in page(row, county_official)
    kept = Submission.objects.get(application=row, revision=1)
    assert old in kept.content  # readable by us, and encrypted where it lies


def test_nothing_changed_is_asked_about_and_told_to_the_reviewer(returned, villager, county_official):
    with pytest.raises(NothingChanged):
        hand_in_again(returned, villager)
    returned.refresh_from_db()
    assert returned.state == "returned"
    row = hand_in_again(returned, villager, although_same=True)
    assert since(row, county_official).nothing
    assert "什么都没有改就重新提交了" in page(row, county_official)


def test_the_page_of_the_applicant_warns_and_lets_them_go_on(returned, villager):
    path = reverse("apply_submit", args=[returned.pk])
    form = selectors.all_values(returned)
    answer = villager.client.post(path, form)
    assert answer.status_code == 409
    assert "没有改，也要提交" in answer.content.decode()
    assert villager.client.post(path, form | {"although_same": "1"}).status_code == 302
    returned.refresh_from_db()
    assert (returned.state, returned.revision) == ("submitted", 2)


def test_officials_read_who_did_what_and_the_applicant_does_not(returned, villager, county_official):
    assert county_official.user.name in page(returned, county_official)
    seen = villager.client.get(reverse("apply_form", args=[returned.pk])).content.decode()
    assert county_official.user.name not in seen


def test_a_submission_from_before_they_were_kept_is_compared_with_nothing(returned, villager, county_official):
    Submission.objects.all().delete()
    row = hand_in_again(returned, villager)
    assert since(row, county_official) is None
    assert "这次改过" not in page(row, county_official)
    assert Submission.objects.get().revision == 2
    assert dt.timedelta(0) <= timezone.now() - Submission.objects.get().made_at
