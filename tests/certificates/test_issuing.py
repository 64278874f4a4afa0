"""A certificate lets its party work from the moment it is issued, and there is one at a time."""

import datetime as dt
import re

import pytest

from logistics.certificates.errors import IllegalJump, RevocationPending, SuspendedNow
from logistics.certificates.kinds import CertificateKind, KindMisuse, declare, kind_of
from logistics.certificates.models import Certificate
from logistics.certificates.services import issue, measures
from logistics.certificates.services.issuing import BadTerm, BeyondScope
from logistics.certificates.states import CertificateState
from logistics.registry.states import State
from portal.audit.models import AuditEntry
from portal.core.checkdigits import is_valid
from portal.core.errors import Forbidden
from tests.certificates.conftest import NOON, TODAY, YEAR, certify, make_courier, some_facts

pytestmark = pytest.mark.django_db


def test_a_certificate_is_numbered_written_on_its_party_and_in_the_trail(world, county_official):
    row = certify(world.village, county_official, facts=some_facts("station"))
    assert re.fullmatch(r"C[0-9A-Z]{12}", row.number)
    assert is_valid(row.number)
    world.village.refresh_from_db()
    assert (world.village.certified_until, world.village.state) == (TODAY + YEAR, State.ACTIVE)
    entry = AuditEntry.objects.get(action="certificate.issued")
    assert (entry.object_id, entry.area) == (str(row.pk), world.village.division_id)


def test_a_renewal_takes_the_place_of_the_old_one(world, county_official, station_certificate):
    new = certify(world.village, county_official, until=TODAY + 2 * YEAR)
    station_certificate.refresh_from_db()
    assert station_certificate.state == CertificateState.REPLACED
    assert new.replaces_id == station_certificate.pk
    world.village.refresh_from_db()
    assert world.village.certified_until == TODAY + 2 * YEAR


def test_an_enterprise_holds_its_own_certificate(world, county_official):
    assert certify(world.carrier, county_official).enterprise_id == world.carrier.pk


def test_a_renewal_does_not_lift_a_suspension_nor_a_revocation_under_way(world, county_official, station_certificate):
    actor = county_official.actor()
    measures.suspend(certificate=station_certificate, actor=actor, now=NOON, why="消防不合格")
    with pytest.raises(SuspendedNow):
        certify(world.village, county_official)
    measures.reinstate(certificate=station_certificate, actor=actor, now=NOON, why="已整改")
    measures.propose_revocation(certificate=station_certificate, actor=actor, now=NOON, why="伪造材料")
    with pytest.raises(RevocationPending):
        certify(world.village, county_official)


def test_after_a_revocation_a_new_certificate_puts_the_party_back_to_work(
    world, county_official, second_official, station_certificate
):
    measures.propose_revocation(certificate=station_certificate, actor=county_official.actor(), now=NOON, why="伪造")
    measures.decide_revocation(certificate=station_certificate, actor=second_official.actor(), now=NOON, why="属实")
    new = certify(world.village, county_official)
    assert new.replaces is None
    world.village.refresh_from_db()
    assert (world.village.state, world.village.stopped_why) == (State.ACTIVE, "")


def test_what_was_replaced_meanwhile_is_not_replaced_again(world, county_official, station_certificate):
    certify(world.village, county_official)
    with pytest.raises(IllegalJump):
        certify(world.village, county_official, replaces=station_certificate)
    assert Certificate.objects.count() == 2


def test_only_who_reviews_at_the_place_issues(world, neighbour_official, township_official, keeper):
    with pytest.raises(BeyondScope):
        certify(world.village, neighbour_official)
    for persona in (township_official, keeper):
        with pytest.raises(Forbidden):
            certify(world.village, persona)
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(1, 365), (-365, -1)])
def test_a_term_that_has_not_begun_or_is_over_is_refused(world, county_official, first, last):
    begins, ends = (TODAY + dt.timedelta(days=days) for days in (first, last))
    with pytest.raises(BadTerm):
        issue(kind="station", holder=world.village.pk, holder_name="", facts={}, division=world.village.division,
              valid_from=begins, valid_until=ends, actor=county_official.actor(), now=NOON)  # fmt: skip


def test_facts_need_a_label_and_kinds_a_name(world, county_official):
    with pytest.raises(KindMisuse):
        certify(world.village, county_official, facts={"secret": "x"})
    with pytest.raises(KindMisuse):
        certify(world.village, county_official, kind="nothing")
    with pytest.raises(KindMisuse):
        certify(world.village, county_official, until=None)
    with pytest.raises(KindMisuse):
        declare(CertificateKind("station", "another", None))
    assert declare(kind_of("station")) is kind_of("station")


def test_a_courier_gets_a_certificate_of_their_own(world, courier, county_official):
    row = certify(make_courier(courier, world), county_official)
    assert row.user_id == courier.user.pk
