"""The end of certificates: what their holders are told before and after it.

The end itself is nowhere written: it is read from the date, at every scan (registry/standing.py) and in every list
(states.live_state).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db import DatabaseError, transaction

from logistics.certificates import notices
from logistics.certificates.kinds import KindMisuse
from logistics.certificates.models import Certificate, Reminder
from logistics.certificates.services.telling import tell
from logistics.certificates.states import REMIND_DAYS, CertificateState
from portal.core.clock import county_day

log = logging.getLogger(__name__)
ENDED = 0  # the reminder that says it is over


def tell_ended(*, now: dt.datetime) -> int:
    """Tells holders of valid certificates, once, that the last day has passed. Returns how many.

    Suspended ones are passed over: their suspension is what has to be settled first.
    """
    ended = Certificate.objects.filter(state=CertificateState.VALID, valid_until__lt=county_day(now))
    return _each(list(ended.exclude(reminders__days=ENDED).values_list("pk", flat=True)), lambda row: _end(row, now))


def send_reminders(*, now: dt.datetime) -> int:
    """Tells holders that the end is 60, 30, 7 or 1 days away, each term once. Returns how many messages were due.

    After missed nights the nearest term is told, with the days that are really left; those passed over are not told
    any more.
    """
    today = county_day(now)
    last = today + dt.timedelta(days=max(REMIND_DAYS))
    ending = Certificate.objects.filter(
        state=CertificateState.VALID, valid_until__gte=today, valid_until__lte=last
    ).prefetch_related("reminders")
    due = [row.pk for row in ending if _term(row, today) not in {r.days for r in row.reminders.all()}]
    return _each(due, lambda row: _remind(row, today, now))


def _term(row: Certificate, today: dt.date) -> int:
    """The nearest term reached."""
    left = (row.valid_until - today).days if row.valid_until else 0
    return min(days for days in REMIND_DAYS if left <= days)


def _end(row: Certificate, now: dt.datetime) -> bool:
    if row.state != CertificateState.VALID or row.valid_until is None or row.valid_until >= county_day(now):
        return False
    _told, made = Reminder.objects.get_or_create(certificate=row, days=ENDED, defaults={"sent_at": now})
    if made:
        tell(certificate=row, template=notices.EXPIRED, key=str(row.pk), now=now, day=f"{row.valid_until:%Y-%m-%d}")
    return made


def _remind(row: Certificate, today: dt.date, now: dt.datetime) -> bool:
    if row.state != CertificateState.VALID or row.valid_until is None or row.valid_until < today:
        return False
    term, left = _term(row, today), (row.valid_until - today).days
    told = set(row.reminders.values_list("days", flat=True))
    if term in told:
        return False
    passed = [days for days in REMIND_DAYS if days >= term and days not in told]
    Reminder.objects.bulk_create([Reminder(certificate=row, days=days, sent_at=now) for days in passed])
    day = f"{row.valid_until:%Y-%m-%d}"
    tell(certificate=row, template=notices.ENDING, key=f"{row.pk}:{term}", now=now, days=str(left), day=day)
    return True


def _each(ids: list, act: Callable[[Certificate], bool]) -> int:
    """`act` on each row under its lock, each in a transaction of its own: one bad row holds up no other."""
    done = 0
    for pk in ids:
        try:
            with transaction.atomic():
                row = Certificate.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
                done += row is not None and act(row)
        except (DatabaseError, KindMisuse) as error:
            log.warning("certificate %s skipped: %s", pk, type(error).__name__)
    return done
