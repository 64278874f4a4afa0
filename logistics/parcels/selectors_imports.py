"""What of imports, refused events and feeds an actor may see."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from operator import or_

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import CarrierFeed, EventSource, ImportBatch, ImportRow, RefusedEvent
from logistics.parcels.states import RowResult
from logistics.registry.models import Enterprise
from logistics.registry.states import State
from members.access.states import Permission
from portal.core.actor import Actor, Scope, demand
from portal.core.errors import NotFound


def _reaches(scope: Scope, enterprise: str) -> Q:
    """Condition on the path `enterprise`: inside the scope by grant on it or by the division it sits in."""
    if scope.everything:
        return Q()
    condition = Q(**{f"{enterprise}__in": scope.enterprises})
    for prefix in scope.divisions:
        condition = or_(condition, Q(**{f"{enterprise}__division__code__startswith": prefix}))
    return condition


def importable_enterprises(*, actor: Actor) -> QuerySet[Enterprise]:
    """For whom the actor may send files."""
    scope = demand(actor).scope(Permission.IMPORT_RUN)
    condition = Q() if scope.everything else Q(pk__in=scope.enterprises)
    for prefix in scope.divisions:
        condition |= Q(division__code__startswith=prefix)
    return Enterprise.objects.filter(condition, state=State.ACTIVE).order_by("code")


def visible_imports(*, actor: Actor, permission: str = Permission.IMPORT_VIEW) -> QuerySet[ImportBatch]:
    """Newest first."""
    scope = demand(actor).scope(permission)
    seen = ImportBatch.objects.filter(_reaches(scope, "enterprise")).select_related("enterprise")
    return seen.order_by("-id") if scope else seen.none()


def import_by_id(*, actor: Actor, batch_id: uuid.UUID | str) -> ImportBatch:
    """Raises NotFound also for a foreign one."""
    batch = visible_imports(actor=actor).filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(_("没有这次导入。"), hint=_("请从导入列表重新打开。"))
    return batch


def may_read_lines(*, actor: Actor, batch: ImportBatch) -> bool:
    """Lines hold names and phones: they are for whoever sent them and their enterprise, not for supervisors."""
    scope = demand(actor).scope(Permission.IMPORT_VIEW)
    return batch.created_by == actor.id or batch.enterprise_id in scope.enterprises


def lines_of(*, actor: Actor, batch: ImportBatch) -> QuerySet[ImportRow]:
    """The lines with their results, in the order of the file. Raises NotFound for anyone but the sender's side."""
    if not may_read_lines(actor=actor, batch=batch):
        raise NotFound(_("逐行结果只对提交方开放。"), hint=_("请向提交文件的企业查询。"))
    return batch.rows.order_by("line")


# A file may wait for tens of thousands of questions: counted where they are.
_OPEN_QUESTIONS = """
SELECT r.batch_id, count(DISTINCT s.id)
FROM parcels_importrow r
CROSS JOIN LATERAL unnest(r.asks) AS question
JOIN parcels_senderanswer s ON s.id = question AND s.meaning = ''
WHERE r.batch_id = ANY(%s) AND r.result = %s
GROUP BY r.batch_id
"""


def open_question_counts(batches: Sequence[ImportBatch]) -> dict[uuid.UUID, int]:
    """How many questions the lines of each of these files wait for; files that wait for none are left out."""
    waiting = [batch.pk for batch in batches if batch.asked]
    if not waiting:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_QUESTIONS, [waiting, RowResult.ASKED])
        return dict(cursor.fetchall())


def with_warnings(lines: QuerySet[ImportRow]) -> QuerySet[ImportRow]:
    """Of `lines` those that were taken although something of them could not be used."""
    return lines.filter(ImportRow.WARNED)


def progress_of(batch: ImportBatch) -> int:
    """Lines done so far."""
    return batch.rows.count()


def own_refused_events(*, actor: Actor) -> QuerySet[RefusedEvent]:
    """Refused events the actor sent itself, and those its enterprise's systems, files and feeds sent. Newest first."""
    scope = demand(actor).scope(Permission.REFUSED_VIEW)
    sources = EventSource.objects.filter(Q(code=actor.id) | Q(enterprise__in=scope.enterprises))
    return RefusedEvent.objects.filter(source__in=sources).select_related("source").order_by("-id")


def visible_feeds(*, actor: Actor) -> QuerySet[CarrierFeed]:
    """Feeds of the enterprises in scope; a feed for several carriers belongs to whoever manages feeds of a county."""
    scope = demand(actor).scope(Permission.FEED_MANAGE)
    if not scope:
        return CarrierFeed.objects.none()
    condition = _reaches(scope, "enterprise")
    if scope.divisions:
        condition |= Q(enterprise__isnull=True)
    return CarrierFeed.objects.filter(condition).select_related("enterprise", "source").order_by("-id")
