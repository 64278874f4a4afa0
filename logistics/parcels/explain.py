"""'Why this status': the fold told event by event, in sentences for officials and support."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from logistics.parcels.fold import Projection, walk
from logistics.parcels.models import Event, Parcel
from logistics.parcels.selectors import events_of
from logistics.parcels.services.rebuild import facts_of
from logistics.parcels.states import EVENT_LABELS
from members.access.states import Permission
from portal.core.actor import Actor

SENTENCES = {
    "advanced": _("阶段前进到“%(event)s”。"),
    "ended": _("行程到此结束：“%(event)s”。"),
    "same_stage": _("同一阶段的再次扫描，阶段不变，位置取最近一次。"),
    "late": _("发生时阶段已更靠后，只作记录，阶段不回退。"),
    "after_end": _("发生在行程结束之后，只作记录，不起作用。"),
    "cancelled_too_late": _("揽收之后不能撤销，只作记录。"),
    "voided": _("已被更正，不再计入。"),
    "correction": _("更正：取消此前的一条记录。"),
    "issue_opened": _("出现异常“%(event)s”。"),
    "issue_again": _("异常“%(event)s”再次上报，已在处理中。"),
    "issue_resolved": _("异常已处理。"),
    "custody": _("保管方变更。"),
    "note": _("备注，不影响状态。"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One event and what it did. `skipped` are stages nobody scanned, `opened` and `closed` issue labels."""

    event: Event
    sentence: str
    effect: str
    opened: list[str]
    closed: list[str]
    skipped: list[str]


def explain(*, actor: Actor, parcel: Parcel) -> tuple[list[Reason], Projection]:
    """Every event in the order of the fold with its effect, and what they add up to.

    Needs PARCEL_EXPLAIN for this parcel (NotFound otherwise). The result equals the parcel's stored columns.
    """
    events = events_of(actor=actor, parcel=parcel, permission=Permission.PARCEL_EXPLAIN)
    by_name = {(e.source_id, e.source_event_id): e for e in events}
    total = Projection()
    reasons = []
    for step in walk(parcel.direction, facts_of(events), total):
        label = {"event": EVENT_LABELS[step.fact.code]}
        reasons.append(
            Reason(
                by_name[step.fact.name],
                str(SENTENCES[step.effect]) % label,
                step.effect,
                _labels(step.opened),
                _labels(step.closed),
                _labels(step.skipped),
            )
        )
    return reasons, total


def _labels(codes: tuple[str, ...]) -> list[str]:
    return [str(EVENT_LABELS[code]) for code in codes]
