"""What one line of a register's file would do."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from logistics.licensing.kinds import Duplicate, Kind, Values, cleaning
from logistics.licensing.services.registers.columns import (
    CODE,
    ENTERPRISE,
    MASKED,
    PERSON,
    VERSION,
    columns_of,
    still_masked,
    typed_of,
    version_column,
    word_of,
)
from logistics.licensing.states import RegisterResult
from logistics.registry.models import Enterprise
from logistics.registry.selectors import visible_enterprises
from members.access.states import Permission
from members.accounts.models import User
from members.accounts.selectors import public_user_by_phone
from portal.core.actor import Actor
from portal.core.errors import BadInput, DomainError
from portal.core.fields import keyed_hash
from portal.core.masking import normalise_digits
from portal.core.phones import to_e164

Notes = list[list[str]]


@dataclass(slots=True)
class Judged:
    """The outcome of one line. `notes` are pairs of a column and a sentence, free of personal data."""

    result: str
    notes: Notes = field(default_factory=list)
    name: str = ""
    seen: str = ""
    values: Values = field(default_factory=dict)
    holder: int | None = None
    enterprise: Enterprise | None = None
    person: User | None = None


class LineProblem(BadInput):
    """A line that says something impossible about one of its columns."""

    def __init__(self, column: str, sentence: Any):
        super().__init__(sentence)
        self.column = column


def judge(*, kind: Kind, texts: Mapping[str, str], actor: Actor, today: dt.date) -> Judged:
    """Reads one line against the register. Never raises for what stands in it: the result says it."""
    try:
        return _judge(kind, texts, actor, today)
    except LineProblem as problem:
        return Judged(RegisterResult.REFUSED, [[_label(kind, problem.column), str(problem.message)]])


def _judge(kind: Kind, texts: Mapping[str, str], actor: Actor, today: dt.date) -> Judged:
    row = _named(kind, texts, actor, today)
    kept = {name: value for name, value in kind.values_of(row).items() if value is not None} if row else {}
    values, problems = cleaning.clean_all(kind, {**kept, **typed_of(kind, texts)}, today)
    problems = {name: text for name, text in problems.items() if name in kind.kept}
    if (
        row is not None
    ):  # what the register has as it is, or has not yet, is no reason to refuse another column's change
        same = {name for name in problems if _as_it_is(kind, name, texts, kept)}
        values |= {name: kept[name] for name in same if name in kept}
        problems = {name: text for name, text in problems.items() if name not in same}
    alike: list[Duplicate] = []
    if row is None and not problems:
        alike = kind.duplicates(values)  # compares all names of the county: once a line
        row = _same(kind, alike, actor)
        kept = kind.values_of(row) if row else {}
    if row is None and texts.get(MASKED):
        raise LineProblem("", still_masked(texts[MASKED]))
    judged = Judged(RegisterResult.NEW, name=_shown_name(kind, values), values=values)
    if problems:
        judged.result = RegisterResult.REFUSED
        judged.notes = [[_label(kind, name), str(text)] for name, text in problems.items()]
        return judged
    judged.enterprise, judged.person = _holders(kind, texts, actor, new=row is None)
    if row is None:
        judged.seen = kind.identity_hash(values)  # so that a further line about the same is told apart
        judged.notes = [["", f"{d.what}：{d.name}（{d.code}）"] for d in alike]
    else:
        _hold_enterprise(kind, row, judged.enterprise)
        judged.holder, judged.seen = row.pk, digest(kept)
        judged.notes = _changes(kind, kept, values)
        judged.result = RegisterResult.CHANGED if judged.notes else RegisterResult.SAME
        if judged.notes:
            _hold_version(kind, row, texts)
        if texts.get(MASKED):
            judged.notes.append([texts[MASKED], _("是遮盖过的内容，保持原样。")])
    return judged


def version_of(kind: Kind, row: Any) -> str:
    """What an export says about the state of a row. Keyed, because a file may be tried against what it hides."""
    return keyed_hash(digest(kind.values_of(row)), "register.version")[:12]


def _hold_version(kind: Kind, row: Any, texts: Mapping[str, str]) -> None:
    said = "".join(texts.get(VERSION, "").split())
    if said and said != version_of(kind, row):
        raise LineProblem(
            VERSION, _("导出以后，这一行在平台上改过。请重新导出后再改；确认要按文件改的，清空“版本”这一格。")
        )


def _as_it_is(kind: Kind, name: str, texts: Mapping[str, str], kept: Mapping[str, Any]) -> bool:
    """Whether the line leaves a field as the register has it, which may be empty, or a paper that has run out."""
    return name not in texts or texts[name].strip() == word_of(kind.field(name), kept.get(name))


def digest(values: Mapping[str, Any]) -> str:
    """What tells two states of a registered row apart."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def _named(kind: Kind, texts: Mapping[str, str], actor: Actor, today: dt.date) -> Any:
    """The row that the code names. A code that names none is a mistake: new rows get theirs from the portal.

    Where rows have no code, a field names them (`named_by`), and new ones too.
    """
    if kind.named_by and texts.get(kind.named_by):
        return _named_by_field(kind, texts[kind.named_by], actor, today)
    code = "".join(normalise_digits(texts.get(CODE, "")).split())
    if not code or not kind.has_code:
        return None
    rows = kind.reach(actor)
    found = rows.filter(code__in={code, code.lower(), code.upper()}).first()
    if found is None:
        raise LineProblem(CODE, _("辖区内没有这个代码。新登记的请留空，代码由平台编排。"))
    return found


def _named_by_field(kind: Kind, text: str, actor: Actor, today: dt.date) -> Any:
    try:
        value = cleaning.clean(kind.field(kind.named_by), text, today)
    except DomainError:
        return None  # said beside the field
    return kind.reach(actor).filter(**{kind.named_by: value}).first()


def _same(kind: Kind, alike: list[Duplicate], actor: Actor) -> Any:
    """The registered row with the same number: it is the one meant, unless it lies beyond the actor's reach."""
    found = next((d.holder for d in alike if d.same), None)
    if found is None:
        return None
    row = kind.reach(actor).filter(pk=found).first()
    if row is None:
        raise LineProblem(CODE, _("已在别处登记，不在您的管辖范围内。请联系原登记地办理变更。"))
    return row


def _holders(kind: Kind, texts: Mapping[str, str], actor: Actor, *, new: bool) -> tuple[Enterprise | None, User | None]:
    enterprise = _enterprise(texts.get(ENTERPRISE, ""), actor) if kind.of_enterprise else None
    person = _person(texts.get(PERSON, "")) if kind.of_user else None
    if new and kind.of_person and person is None:
        raise LineProblem(PERSON, _("请填写本人登录平台所用的手机号。"))
    if new and kind.of_user and not kind.of_person and enterprise is None and person is None:
        raise LineProblem(ENTERPRISE, _("请填写企业代码；个人所有的填写车主登录平台所用的手机号。"))
    return enterprise, person


def _enterprise(text: str, actor: Actor) -> Enterprise | None:
    code = "".join(normalise_digits(text).split())
    if not code:
        return None
    rows = visible_enterprises(actor=actor, permission=Permission.ENTERPRISE_VIEW)
    found = rows.filter(code=code.lower()).first() or rows.filter(credit_code=code.upper()).first()
    if found is None:
        raise LineProblem(ENTERPRISE, _("没有这个企业。请填写企业代码或统一社会信用代码。"))
    return found


def _person(text: str) -> User | None:
    if not text.strip():
        return None
    try:
        phone = to_e164(text)
    except DomainError as error:
        raise LineProblem(PERSON, error.message) from error
    found = public_user_by_phone(phone)
    if found is None:
        raise LineProblem(PERSON, _("这个手机号还没有登录过平台。请本人先用它登录一次。"))
    return found


def _hold_enterprise(kind: Kind, row: Any, named: Enterprise | None) -> None:
    if named is not None and kind.enterprise_of(row) != named:
        raise LineProblem(ENTERPRISE, _("登记的是另一家企业。换企业请由对方提出变更申请，或将这一格留空。"))


def _changes(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> Notes:
    """What would change, old and new; of personal and secret fields only that they change."""
    notes: Notes = []
    for spec in kind.fields:
        old, new = before.get(spec.name), after.get(spec.name)
        if spec.name not in kind.kept or _plain(old) == _plain(new):
            continue
        if spec.personal or spec.secret:
            says = _("内容有变化")
        else:
            blank = _("（空）")
            says = _("%(old)s → %(new)s") % {"old": word_of(spec, old) or blank, "new": word_of(spec, new) or blank}
        notes.append([str(spec.label), says])
    return notes


def _plain(value: Any) -> Any:
    """For comparing: nothing is nothing, and choices have no order."""
    return sorted(value) if isinstance(value, list) and value else value or None


def _shown_name(kind: Kind, values: Values) -> str:
    return kind.shown_title(values)[:80]


def _label(kind: Kind, name: str) -> str:
    columns = [*columns_of(kind), version_column()]
    return next((str(column.label) for column in columns if column.name == name), "")
