"""An application from draft to decision: what its applicant, the register and the certificate see."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.certificates.models import Certificate
from logistics.licensing import selectors, services
from logistics.licensing.errors import AlreadyOpen, ApplicationNotFound, NotForYou, UnderReview, WrongState
from logistics.licensing.kinds import kind_of
from logistics.licensing.models import Application, Check, Remark, Step
from logistics.licensing.services.drafts import CertifiedAlready, NothingCertified
from logistics.licensing.services.handing_in import NotWhole
from logistics.registry.models import Courier, Enterprise, Station, Vehicle
from logistics.training.models import Course
from logistics.training.states import CourseState
from members.access.states import Role
from portal.audit.models import AuditEntry
from portal.core.errors import BadInput
from portal.notify.models import Message
from portal.workdays.models import PublishedYear
from tests.licensing.conftest import HALF_HOUR, NOW, TODAY, credit_code, enterprise_form, hand_in, id_number, vin


def reload(row):
    return Application.objects.get(pk=row.pk)


def test_a_draft_keeps_what_is_typed_right_or_wrong(desk, villager):
    row = services.start(kind="enterprise", purpose="new", actor=villager.actor(), now=NOW)
    problems = services.save_draft(
        application=row, values={"name": "庄浪县顺达", "credit_code": "９１6208"}, actor=villager.actor(), now=NOW
    )
    assert "credit_code" in problems
    assert "name" not in problems
    services.save_draft(application=row, values={"kind": "carrier"}, actor=villager.actor(), now=NOW)
    values = selectors.values_of(application=reload(row), actor=villager.actor(), now=NOW)
    assert values == {"name": "庄浪县顺达", "credit_code": "９１6208", "kind": "carrier"}


def test_a_draft_takes_no_field_that_its_form_has_not(desk, villager):
    row = services.start(kind="enterprise", purpose="new", actor=villager.actor(), now=NOW)
    with pytest.raises(BadInput) as refused:
        services.save_draft(application=row, values={"state": "approved"}, actor=villager.actor(), now=NOW)
    assert refused.value.code == "unknown_fields"


def test_a_gap_names_every_field_and_document(desk, villager):
    row = services.start(kind="enterprise", purpose="new", actor=villager.actor(), now=NOW)
    services.save_draft(
        application=row, values={"kind": "carrier", "founded_on": "2030-01-01"}, actor=villager.actor(), now=NOW
    )
    with pytest.raises(NotWhole) as refused:
        services.submit(application=row, actor=villager.actor(), now=NOW)
    assert {"name", "credit_code", "founded_on", "permit_until", "licence", "permit"} <= set(refused.value.fields)
    assert reload(row).state == "draft"


def test_a_field_that_is_not_asked_for_is_neither_missed_nor_kept(desk, villager):
    row = services.start(kind="enterprise", purpose="new", actor=villager.actor(), now=NOW)
    form = enterprise_form(kind="maker")
    services.save_draft(application=row, values=form, actor=villager.actor(), now=NOW)
    hand_in(row, villager)
    services.submit(application=row, actor=villager.actor(), now=NOW)
    assert "permit_number" not in reload(row).data


def test_handing_in_counts_working_days_and_tells_the_applicant(desk, villager):
    PublishedYear.objects.get_or_create(year=2026, defaults={"source": "-", "published_on": "2025-11-04"})
    row = desk.submitted()
    assert (row.state, row.revision, row.division_id) == ("submitted", 1, "620825100000")
    assert row.due_on == dt.date(2026, 12, 7)
    assert row.due_certain
    message = Message.objects.get(template="application_submitted")
    assert message.recipient == villager.user.phone
    assert row.number in message.parameters
    assert [step.state for step in selectors.steps_of(application=row)] == ["submitted"]
    entry = AuditEntry.objects.get(action="application.submitted")
    assert (entry.before, entry.after["state"]) == ({"state": "draft"}, "submitted")


def test_what_is_stored_is_in_one_form(desk):
    row = desk.submitted(contact_phone="１３８ ０９３３ ０００１", permit_until="2028年12月31日")
    assert row.data["contact_phone"] == "+8613809330001"
    assert row.data["permit_until"] == "2028-12-31"


def test_nothing_changes_while_it_is_reviewed(desk, villager):
    row = desk.submitted()
    with pytest.raises(UnderReview):
        services.save_draft(application=row, values={"name": "别的"}, actor=villager.actor(), now=NOW)
    with pytest.raises(UnderReview):
        services.submit(application=row, actor=villager.actor(), now=NOW)
    assert reload(row).data["name"] == enterprise_form()["name"]


def test_returned_with_remarks_corrected_and_handed_in_again(desk, villager, county_official):
    row = desk.claimed()
    services.return_for_changes(
        application=row, revision=1, remarks={"name": "与执照不一致", "licence": "看不清", "address": " "},
        actor=county_official.actor(), now=NOW,
    )  # fmt: skip
    row = reload(row)
    assert row.state == "returned"
    assert row.reviewer is None
    assert {r.field: r.text for r in selectors.remarks_of(application=row)} == {
        "name": "与执照不一致",
        "licence": "看不清",
    }
    assert Message.objects.filter(template="application_returned", recipient=villager.user.phone).count() == 1
    services.save_draft(application=row, values={"name": "庄浪县顺达快递有限责任公司"}, actor=villager.actor(), now=NOW)
    row = services.submit(application=row, actor=villager.actor(), now=NOW)
    assert row.revision == 2
    assert all(f.passed is None for f in selectors.checklist_of(application=row) if not f.automatic)  # looked at anew
    assert [s.state for s in Step.objects.all()] == ["submitted", "returned", "submitted"]


def test_remarks_are_about_the_form(desk, county_official):
    row = desk.claimed()
    for remarks in ({}, {"name": "  "}, {"nonsense": "?"}, {"name": "长" * 201}):
        with pytest.raises(BadInput):
            services.return_for_changes(
                application=row, revision=1, remarks=remarks, actor=county_official.actor(), now=NOW
            )
    assert not Remark.objects.exists()


def test_an_approved_enterprise_is_registered_certified_and_administered(desk, villager):
    row = desk.approved()
    firm = Enterprise.objects.get(credit_code=credit_code())
    certificate = Certificate.objects.get(kind="enterprise", holder=firm.pk)
    assert (row.state, row.holder, row.certificate_id) == ("approved", firm.pk, certificate.pk)
    assert firm.certified_until == certificate.valid_until == dt.date(2029, 11, 22)
    assert certificate.facts["kind"] == "快递企业"
    assert Role.ENTERPRISE_ADMIN in villager.actor().roles
    message = Message.objects.get(template="application_approved")
    assert certificate.number in message.parameters


def test_an_approved_station_gets_its_parent_its_code_and_its_keeper(desk, villager, world):
    desk.approved("station")
    station = Station.objects.get(name="何马二站")
    assert (station.code, station.parent, station.operator) == ("620825100208-1", world.township_station, None)
    assert station.services == ["pickup", "sending"]
    assert float(station.longitude) == 106.05
    assert villager.actor().scope("station.give_out").stations == {station.pk}


def test_a_station_of_an_enterprise_has_no_keeper_yet(desk, enterprise_admin, world):
    desk.approved("station", by=enterprise_admin, enterprise=world.carrier)
    assert Station.objects.get(name="何马二站").operator == world.carrier
    assert not enterprise_admin.actor().scope("station.give_out").stations


def test_an_approved_vehicle_belongs_to_whoever_applied(desk, villager):
    desk.approved("vehicle", plate="甘l·12345")
    vehicle = Vehicle.objects.get(plate="甘L12345")
    assert (vehicle.owner, vehicle.operator, vehicle.vin) == (villager.user, None, vin())
    assert Certificate.objects.get(kind="vehicle").holder_name == "甘L12345"


def test_an_approved_courier_is_registered_without_showing_the_number(desk, villager):
    row = desk.approved("courier")
    courier = Courier.objects.get(user=villager.user)
    assert courier.id_number == id_number()
    assert courier.id_hash != id_number()
    assert Certificate.objects.get(kind="courier").user == villager.user
    assert "id_number" not in row.data
    told = [*AuditEntry.objects.values_list("before", "after"), *Message.objects.values_list("parameters")]
    assert id_number() not in str(told)
    assert courier.id_hash not in str(told)


def test_a_refusal_says_why_and_is_the_end(desk, villager, county_official):
    row = desk.claimed()
    with pytest.raises(BadInput):
        services.refuse(application=row, revision=1, why=" ", actor=county_official.actor(), now=NOW)
    services.refuse(application=row, revision=1, why="没有固定场所", actor=county_official.actor(), now=NOW)
    assert (reload(row).state, reload(row).refusal) == ("refused", "没有固定场所")
    assert not Enterprise.objects.filter(credit_code=credit_code()).exists()
    for act in (lambda: services.withdraw(application=row, actor=villager.actor(), now=NOW),
                lambda: services.save_draft(application=row, values={}, actor=villager.actor(), now=NOW)):  # fmt: skip
        with pytest.raises(WrongState):
            act()


def test_withdrawn_under_review_the_reviewer_is_too_late(desk, villager, county_official):
    row = desk.claimed()
    services.withdraw(application=row, actor=villager.actor(), now=NOW)
    with pytest.raises(WrongState):
        services.approve(application=row, revision=1, actor=county_official.actor(), now=NOW)


def test_a_renewal_goes_on_from_the_old_end(desk, villager):
    first = desk.approved("vehicle")
    vehicle = Vehicle.objects.get()
    desk.now = NOW.replace(year=2027, month=10)
    fresh = {"insurance_from": "2027-06-01", "insurance_until": "2028-05-31", "inspection_until": "2028-06-30"}
    row = desk.draft("vehicle", purpose="renewal", holder=vehicle, **fresh)
    assert row.data["brand"] == "五菱宏光"
    assert row.data["registered_on"] == "2021-06-01"
    row = services.submit(application=row, actor=villager.actor(), now=desk.now)
    changed = selectors.changes(application=row, actor=villager.actor(), now=desk.now)
    assert {c.field.name: (c.before, c.after) for c in changed} == {
        "insurance_until": ("2027-05-31", "2028-05-31"), "inspection_until": ("2027-06-30", "2028-06-30"),
    }  # fmt: skip
    row = desk.approve(desk.claim(row))
    old, new = Certificate.objects.get(pk=first.certificate_id), row.certificate
    assert (old.state, new.replaces_id) == ("replaced", old.pk)
    assert new.valid_until == dt.date(2028, 11, 22)
    assert old.valid_until == dt.date(2027, 11, 22)
    vehicle.refresh_from_db()
    assert str(vehicle.insurance_until) == "2028-05-31"
    assert vehicle.certified_until == new.valid_until


def test_renewing_early_gains_no_more_than_three_months(desk, villager):
    desk.approved("vehicle")
    row = desk.draft("vehicle", purpose="renewal", holder=Vehicle.objects.get())
    row = desk.approve(desk.claim(services.submit(application=row, actor=villager.actor(), now=NOW)))
    assert row.certificate.valid_until == dt.date(2027, 11, 23) + dt.timedelta(days=90)


def test_a_change_keeps_the_end_and_an_annual_review_the_certificate(desk, villager):
    desk.approved("vehicle")
    vehicle = Vehicle.objects.get()
    again = desk.draft("vehicle", purpose="change", holder=vehicle, load_kg="800")
    changed = desk.approve(desk.claim(services.submit(application=again, actor=villager.actor(), now=NOW)))
    assert changed.certificate.facts["load"] == "800 千克"
    assert changed.certificate.valid_until == dt.date(2027, 11, 22)
    yearly = desk.draft("vehicle", purpose="annual", holder=vehicle)
    reviewed = desk.approve(desk.claim(services.submit(application=yearly, actor=villager.actor(), now=NOW)))
    assert reviewed.certificate_id == changed.certificate_id


def test_purposes_fit_whether_there_is_a_certificate(desk, villager, enterprise_admin, world):
    with pytest.raises(NothingCertified):
        services.start(
            kind="enterprise", purpose="renewal", holder=world.carrier, actor=enterprise_admin.actor(), now=NOW
        )
    desk.approved("vehicle")
    with pytest.raises(CertifiedAlready):
        services.start(kind="vehicle", purpose="new", holder=Vehicle.objects.get(), actor=villager.actor(), now=NOW)


def test_a_registered_firm_without_certificate_applies_as_itself(desk, enterprise_admin, world):
    row = desk.submitted("enterprise", by=enterprise_admin, holder=world.carrier, name=world.carrier.name)
    assert row.enterprise == world.carrier
    approved = desk.approve(desk.claim(row))
    assert approved.holder == world.carrier.pk
    world.carrier.refresh_from_db()
    assert world.carrier.credit_code == credit_code()
    assert world.carrier.code == "zto"


def test_one_open_application_for_one_thing(desk, villager, enterprise_admin, world):
    services.start(kind="enterprise", purpose="new", holder=world.carrier, actor=enterprise_admin.actor(), now=NOW)
    with pytest.raises(AlreadyOpen):
        services.start(kind="enterprise", purpose="new", holder=world.carrier, actor=enterprise_admin.actor(), now=NOW)
    desk.submitted("vehicle")
    with pytest.raises(AlreadyOpen):
        desk.submitted("vehicle")


def test_nobody_applies_for_somebody_else(desk, villager, enterprise_admin, world):
    for extra in ({"enterprise": world.carrier}, {"holder": world.carrier}):
        with pytest.raises(NotForYou):
            services.start(kind="enterprise", purpose="new", actor=villager.actor(), now=NOW, **extra)
    with pytest.raises(NotForYou):
        services.start(
            kind="station", purpose="new", actor=enterprise_admin.actor(), now=NOW, enterprise=world.other_carrier
        )
    with pytest.raises(NotForYou):  # an official's reach over a place is no right to apply for what is there
        services.start(kind="station", purpose="new", actor=desk.official.actor(), now=NOW, holder=world.village)


def test_somebody_elses_application_does_not_exist(desk, villager, keeper, enterprise_admin):
    row = desk.draft()
    for act in (
        lambda who: selectors.application_of(actor=who, id=row.pk),
        lambda who: services.save_draft(application=row, values={}, actor=who, now=NOW),
        lambda who: services.submit(application=row, actor=who, now=NOW),
        lambda who: services.withdraw(application=row, actor=who, now=NOW),
    ):
        for persona in (keeper, enterprise_admin, desk.official):  # a draft is not handed in: no official sees it
            with pytest.raises(ApplicationNotFound):
                act(persona.actor())
    assert selectors.application_of(actor=villager.actor(), id=str(row.pk)) == row
    with pytest.raises(ApplicationNotFound):
        selectors.application_of(actor=villager.actor(), id="nonsense")


def test_an_enterprise_writes_its_own_and_reads_its_couriers_only(desk, world, enterprise_admin, courier):
    Station.objects.filter(pk=world.township_station.pk).update(operator=world.carrier)
    row = desk.draft("courier", by=courier, enterprise=world.carrier)
    boss = enterprise_admin.actor()
    assert not selectors.own_applications(actor=boss).exists()
    assert not selectors.visible_applications(actor=boss).exists()
    services.submit(application=row, actor=courier.actor(), now=NOW)
    seen = selectors.visible_applications(actor=boss).get()
    values = selectors.values_of(application=seen, actor=boss, now=NOW)
    assert values["name"] == "赵**"
    assert id_number() not in str(values)
    assert "13809331004" not in str(values)


def test_secrets_are_shown_to_the_applicant_and_the_claimer_only(desk, villager, township_official, county_official):
    row = desk.submitted("courier")
    for persona in (township_official, county_official):
        values = selectors.values_of(application=row, actor=persona.actor(), now=NOW)
        assert id_number() not in str(values)
        assert "赵快送" not in str(values)
    row = desk.claim(row)
    read = lambda persona, now: selectors.values_of(application=row, actor=persona.actor(), now=now)  # noqa: E731
    assert read(county_official, NOW)["id_number"] == read(villager, NOW)["id_number"] == id_number()
    assert read(county_official, NOW + HALF_HOUR)["id_number"] != id_number()


def test_a_courier_waits_for_the_training_that_is_required(desk, villager, world):
    Course.objects.create(
        code="safety", title="寄递安全", audience="courier", division=world.county, required=True,
        state=CourseState.PUBLISHED, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    row = desk.submitted("courier")
    trained = Check.objects.get(application=row, item="trained")
    assert not trained.passed
    assert trained.checked_by is None


def test_every_kind_runs_from_draft_to_certificate(desk, kind):
    row = desk.approved(kind)
    holder = kind_of(kind).party._default_manager.get(pk=row.holder)
    assert row.certificate.kind == kind
    assert holder.certified_until >= TODAY
    known = kind_of(kind).values_of(holder)
    assert all(row.data.get(name, value) == value for name, value in known.items() if value not in (None, ""))
    assert set(row.certificate.facts) <= set(kind_of(kind).fact_labels)


def test_documents_may_be_asked_for_by_what_was_filled_in(desk, villager):
    row = desk.draft("vehicle", ownership="leased", lease_from="2026-01-01", lease_until="2027-12-31")
    row.documents.filter(kind="lease").delete()
    with pytest.raises(NotWhole) as refused:
        services.submit(application=row, actor=villager.actor(), now=NOW)
    assert set(refused.value.fields) == {"lease"}
    hand_in(row, villager)
    assert services.submit(application=row, actor=villager.actor(), now=NOW).state == "submitted"
