"""What stood in lines that did not come in is not kept for good: people's names, phones and addresses are in it."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import override

from logistics.parcels.models import ImportBatch, ImportRow, SenderAnswer
from logistics.parcels.services.imports.storage import SETTLED
from logistics.parcels.services.imports.work import counts_of
from logistics.parcels.states import ImportState, RowResult
from portal.core.outages import carrying_on

log = logging.getLogger(__name__)
KEPT_DAYS = 90  # after the file ended: time enough to mend a line, or to answer
ENDED = (*SETTLED, ImportState.FAILED)
FILES = 500  # in one run; the rest have their turn the next day


def forget_lines(*, now: dt.datetime) -> int:
    """Empty the kept lines of old files, give up those that still wait, and drop questions that nobody asks any more.

    Returns how many files. The lines stay, with their number and why they did not come in.
    """
    limit = now - dt.timedelta(days=KEPT_DAYS)
    keeps = ImportRow.objects.filter(batch=OuterRef("pk"), raw__isnull=False)
    old = ImportBatch.objects.filter(Exists(keeps), state__in=ENDED, finished_at__lt=limit)
    files = list(old.order_by("pk").values_list("pk", flat=True)[:FILES])
    for pk in files:
        with carrying_on(log, "lines of import %s could not be forgotten", pk), transaction.atomic():
            _forget(pk)
    waiting = ImportRow.objects.filter(raw__isnull=False, result=RowResult.ASKED)  # by the index of kept lines
    each = Func(F("asks"), function="unnest", output_field=BigIntegerField())
    SenderAnswer.objects.filter(meaning="", asked_at__lt=limit).exclude(pk__in=waiting.values_list(each)).delete()
    return len(files)


def _forget(pk) -> None:
    batch = ImportBatch.objects.select_for_update(skip_locked=True).filter(pk=pk, state__in=ENDED).first()
    if batch is None:
        return
    with override(batch.language or None):
        given_up = _("%(days)s 天没有回答，这一行没有接收。") % {"days": KEPT_DAYS}
    batch.rows.filter(result=RowResult.ASKED).update(
        result=RowResult.REFUSED, code="not_answered", message=given_up, asks=[], warnings=[]
    )
    batch.rows.filter(raw__isnull=False).update(raw=None)
    ImportBatch.objects.filter(pk=pk).update(**counts_of(batch))
