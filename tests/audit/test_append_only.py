"""The audit trail is written with the act, and nobody changes it afterwards."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.audit.services import record
from portal.core.actor import ActorMissing, system_actor

pytestmark = pytest.mark.django_db


def write(**extra):
    values = {"actor": system_actor("tests"), "now": timezone.now(), "action": "thing.changed", "target": ("thing", 7)}
    return record(**{**values, **extra})


def test_entry_keeps_who_what_and_why(county_official):
    entry = write(actor=county_official.actor(), before={"a": 1}, after={"a": 2}, why="规范名称")
    stored = AuditEntry.objects.get(pk=entry.pk)
    assert stored.actor == f"user:{county_official.user.pk}"
    assert "county_official" in stored.actor_label
    assert (stored.before, stored.after, stored.why) == ({"a": 1}, {"a": 2}, "规范名称")
    assert stored.address == "127.0.0.1"


def test_update_is_refused_by_the_database():
    entry = write()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(why="other")


def test_delete_is_refused_by_the_database():
    entry = write()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.delete()
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_entry_goes_with_an_act_that_rolled_back():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_nobody_in_particular_writes_nothing():
    with pytest.raises(ActorMissing):
        write(actor=None)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_raises():
    with pytest.raises(RuntimeError, match="transaction"):
        write()


def test_area_is_the_targets_or_the_actors(county_official, world):
    assert write(target=world.village).area == world.village.division_id
    assert write(actor=county_official.actor()).area == "620825"
    assert write().area == ""
