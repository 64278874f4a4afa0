"""Bulk actions: first say row by row what would happen, then do it with a reason, row by row, and take it back.

    class SuspendStations(BulkAction):
        code, title, permission = "station.suspend", _("暂停所选站点"), Permission.STATION_EDIT
        def reach(self, actor): …        # records the actor may act on; nothing else ever enters a run
        def refuse(self, row, choice): … # why this one can't, or ""
        def do(self, row, …): …          # one service call

Between the dry run and the confirmation others work on. Each record is read again under its lock, and is left alone
when its `token` is another. Each row has a savepoint of its own: one that fails takes nothing with it. Rows are
locked in the order of their ids, so that two officials with the same rows wait for each other and the second finds
them changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as now_gettext
from django.utils.translation import gettext_lazy as _

from members.access.models import BulkRow, BulkRun
from members.access.states import BulkState, Permission, RowResult
from portal.audit.services import area_of_actor, record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, DomainError, NotFound

MAX_ROWS = 500  # one request does them all
UNDO_FOR = dt.timedelta(hours=24)
TEXT = 300


class NothingChosen(BadInput):
    code = "nothing_chosen"
    message = _("没有可以办理的记录。")
    hint = _("请回到列表重新勾选。")


class AlreadyDone(Conflict):
    code = "bulk_already_done"
    message = _("这次批量办理已经确认过。")
    hint = _("请在下方查看每一项的结果。")


class NotUndoable(Conflict):
    code = "bulk_not_undoable"
    message = _("这次批量办理不能撤销。")
    hint = _("只能在办理后 24 小时内撤销一次；过后请逐项办理。")


class BulkAction:
    """What an app may do to many records. Methods get a fresh row; `do` and `undo` run under its lock."""

    code: str
    title: Any
    permission: str
    choices: tuple[tuple[str, Any], ...] = ()  # asked before the dry run
    choice_label: Any = ""
    warning: Any = ""  # shown above the confirmation
    can_undo = False

    def reach(self, actor: Actor) -> QuerySet:
        raise NotImplementedError

    def name(self, row: Any) -> str:
        return str(row)

    def token(self, row: Any) -> str:
        """What must not have changed since the dry run."""
        raise NotImplementedError

    def refuse(self, row: Any, choice: str, now: dt.datetime) -> str:
        """Why this row can't be done; "" when it can."""
        return ""

    def says(self, row: Any, choice: str) -> str:
        """What will happen to this row."""
        raise NotImplementedError

    def do(self, row: Any, *, choice: str, actor: Actor, now: dt.datetime, why: str) -> None:
        raise NotImplementedError

    def undo(self, row: Any, *, choice: str, actor: Actor, now: dt.datetime, why: str) -> None:
        raise NotImplementedError


_actions: dict[str, BulkAction] = {}


def register(kind: type[BulkAction]) -> BulkAction:
    return _actions.setdefault(kind.code, kind())


def action_of(run: BulkRun) -> BulkAction:
    """Raises NotFound for an action that no longer exists."""
    if run.action not in _actions:
        raise NotFound()
    return _actions[run.action]


def titles() -> list[tuple[str, Any]]:
    return [(code, action.title) for code, action in sorted(_actions.items())]


def permissions() -> list[str]:
    return sorted({str(action.permission) for action in _actions.values()})


def visible_runs(*, actor: Actor, permission: str = Permission.AUDIT_VIEW) -> QuerySet[BulkRun]:
    """One's own, and those of the area whose audit trail the actor reads."""
    reach = Q(created_by=demand(actor).id)
    for prefix in actor.scope(permission).divisions:
        reach |= Q(area__startswith=prefix)
    return BulkRun.objects.filter(reach)


@transaction.atomic
def start(*, action: BulkAction, ids: Iterable[Any], actor: Actor, now: dt.datetime) -> BulkRun:
    """A run of the chosen records, without those beyond the actor's reach. Planned at once unless there is a choice.

    Raises NothingChosen when none is left.
    """
    demand(actor).require(action.permission)
    found = list(action.reach(actor).filter(pk__in=list(ids)[:MAX_ROWS]).order_by("pk"))
    if not found:
        raise NothingChosen()
    run = BulkRun.objects.create(
        action=action.code, area=area_of_actor(actor).ljust(12, "0"), created_at=now, created_by=actor.id
    )
    BulkRow.objects.bulk_create(BulkRow(run=run, object_id=str(row.pk), name=action.name(row)[:80]) for row in found)
    return run if action.choices else plan(run=run, choice="", actor=actor, now=now)


@transaction.atomic
def plan(*, run: BulkRun, choice: str, actor: Actor, now: dt.datetime) -> BulkRun:
    """The dry run: of every row, what would happen or why not. May be asked again until the run is confirmed.

    Raises BadInput for a choice that is not offered, AlreadyDone, NotFound for somebody else's run.
    """
    run, action = _own(run, actor)
    if run.state not in (BulkState.CHOOSING, BulkState.PLANNED):
        raise AlreadyDone()
    if action.choices and choice not in dict(action.choices):
        raise BadInput(_("请先选择一项。"), code="choice_missing", hint=_("从列表中选择后再试算。"))
    rows = list(run.rows.order_by("pk"))
    found = {str(row.pk): row for row in action.reach(actor).filter(pk__in=[r.object_id for r in rows])}
    for row in rows:
        target = found.get(row.object_id)
        why_not = now_gettext("已不在您的辖区内。") if target is None else action.refuse(target, choice, now)
        row.able = not why_not
        row.plan = (str(why_not) or str(action.says(target, choice)))[:TEXT]
        row.token = action.token(target) if target is not None else ""
    BulkRow.objects.bulk_update(rows, ["able", "plan", "token"])
    run.state, run.choice, run.created_at = BulkState.PLANNED, choice, now
    run.save(update_fields=["state", "choice", "created_at"])
    return run


@transaction.atomic
def confirm(*, run: BulkRun, why: str, actor: Actor, now: dt.datetime) -> BulkRun:
    """Do it, each row in a savepoint of its own. Only who made the dry run confirms it, once.

    Raises BadInput without a reason, AlreadyDone, NotFound for somebody else's run.
    """
    run, action = _own(run, actor)
    if run.state != BulkState.PLANNED:
        raise AlreadyDone()
    why = _reason(why)
    rows = list(run.rows.filter(able=True).order_by("pk"))
    for row in _by_key(rows):
        row.result, row.message, row.after = _one(
            action, row, row.token, actor,
            lambda target: action.do(target, choice=run.choice, actor=actor, now=now, why=why),
            lambda target: action.refuse(target, run.choice, now),
        )  # fmt: skip
    BulkRow.objects.bulk_update(rows, ["result", "message", "after"])
    run.state, run.confirmed_at, run.why = BulkState.DONE, now, why
    run.save(update_fields=["state", "confirmed_at", "why"])
    _audit("bulk.confirmed", run, actor, now, why, [row.result for row in rows])
    return run


@transaction.atomic
def undo(*, run: BulkRun, why: str, actor: Actor, now: dt.datetime) -> BulkRun:
    """Take back what was done, where nothing has happened since. By anyone who may do the action and sees the run.

    Raises NotUndoable (no inverse, later than UNDO_FOR, undone before), BadInput without a reason, NotFound.
    """
    action = action_of(run)
    demand(actor).require(action.permission)
    locked = visible_runs(actor=actor).select_for_update().filter(pk=run.pk).first()
    if locked is None:
        raise NotFound()
    if not undoable(locked, now):
        raise NotUndoable()
    why = _reason(why)
    rows = list(locked.rows.filter(result=RowResult.DONE).order_by("pk"))
    for row in _by_key(rows):
        result, row.undo_message, _after = _one(
            action, row, row.after, actor,
            lambda target: action.undo(target, choice=locked.choice, actor=actor, now=now, why=why),
        )  # fmt: skip
        row.undo_result = RowResult.UNDONE if result == RowResult.DONE else result
    BulkRow.objects.bulk_update(rows, ["undo_result", "undo_message"])
    locked.state, locked.undone_at, locked.undone_by, locked.undo_why = BulkState.UNDONE, now, actor.id, why
    locked.save(update_fields=["state", "undone_at", "undone_by", "undo_why"])
    _audit("bulk.undone", locked, actor, now, why, [row.undo_result for row in rows])
    return locked


def undoable(run: BulkRun, now: dt.datetime) -> bool:
    return (
        run.state == BulkState.DONE
        and run.confirmed_at is not None
        and now - run.confirmed_at <= UNDO_FOR
        and action_of(run).can_undo
    )


def _own(run: BulkRun, actor: Actor) -> tuple[BulkRun, BulkAction]:
    """The run, locked, when the actor made it and still may do its action."""
    action = action_of(run)
    demand(actor).require(action.permission)
    locked = BulkRun.objects.select_for_update().filter(pk=run.pk, created_by=actor.id).first()
    if locked is None:
        raise NotFound()
    return locked, action


def _by_key(rows: list[BulkRow]) -> list[BulkRow]:
    """In the order in which services lock records: by id, as numbers where they are numbers."""
    return sorted(rows, key=lambda row: row.object_id.zfill(40))


def _one(action: BulkAction, row: BulkRow, token: str, actor: Actor, work, refuse=None) -> tuple[str, str, str]:
    """Result, sentence and new token of one row."""
    try:
        with transaction.atomic():
            reach = action.reach(actor).filter(pk=row.object_id)
            target = reach.order_by().select_for_update(of=("self",), no_key=True).first()
            if target is None:
                return RowResult.REFUSED, now_gettext("已不在您的辖区内。"), ""
            if action.token(target) != token:
                return RowResult.CHANGED, now_gettext("试算之后有人办理过，未作改动。"), ""
            if refuse is not None and (why_not := refuse(target)):
                return RowResult.REFUSED, str(why_not)[:TEXT], ""
            work(target)
            return RowResult.DONE, "", action.token(reach.model._base_manager.get(pk=target.pk))
    except DomainError as error:
        return RowResult.REFUSED, f"{error.message}{error.hint}"[:TEXT], ""


def _reason(why: str) -> str:
    why = why.strip()[:TEXT]
    if not why:
        raise BadInput(_("没有填写原因。"), code="reason_missing", hint=_("请填写原因后再提交，它会写入操作记录。"))
    return why


def _audit(action: str, run: BulkRun, actor: Actor, now: dt.datetime, why: str, results: list[str]) -> None:
    counts = {result: results.count(result) for result in sorted(set(results))}
    after = {"action": run.action, "choice": run.choice, "results": counts}
    record(actor=actor, now=now, action=action, target=run, after=after, why=why, area=run.area)
