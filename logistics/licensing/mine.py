"""What applicants see: what they may apply for, what they have, what they may choose from, and what is left to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from logistics.certificates.models import Certificate
from logistics.certificates.selectors import current_of, readable_certificates
from logistics.certificates.states import CertificateState, live_state
from logistics.licensing import selectors
from logistics.licensing.errors import NotForYou
from logistics.licensing.kinds import KINDS, Field, Kind, Type, Values, kind_of
from logistics.licensing.kinds.cleaning import clean_all
from logistics.licensing.models import Application, Document
from logistics.licensing.states import OPEN, ApplicationState, Purpose
from logistics.registry.models import Station
from logistics.registry.states import State
from portal.core.actor import Actor, demand
from portal.core.clock import county_day
from portal.core.errors import NotFound
from portal.core.masking import mask_name
from portal.regions.models import Division
from portal.regions.selectors import with_paths
from portal.regions.states import Level

S = ApplicationState
# What an applicant does next, by the state of the application.
NEXT: dict[str, Any] = {
    S.DRAFT: _("填好后提交。"),
    S.SUBMITTED: _("等待审核，期间不能修改。"),
    S.RETURNED: _("请按意见修改后重新提交。"),
    S.APPROVED: _("已办结，证书可以下载。"),
    S.REFUSED: _("请看不通过的理由；符合条件后可以重新申请。"),
    S.WITHDRAWN: _("需要时可以重新申请。"),
}
TONES = {S.DRAFT: "", S.SUBMITTED: "info", S.RETURNED: "warn", S.APPROVED: "ok", S.REFUSED: "error", S.WITHDRAWN: ""}


@dataclass(frozen=True, slots=True)
class Line:
    """An application in a list."""

    row: Application
    kind: Kind
    title: str
    tone: str
    next: Any


@dataclass(frozen=True, slots=True)
class Thing:
    """Something registered for which the actor may apply: with its certificate, and the application that is open."""

    kind: Kind
    holder: Any
    title: str
    certificate: Certificate | None
    state: str
    open: Application | None


class NothingToRenew(NotFound):
    code = "nothing_to_renew"
    message = _("没有找到可以由您续期的证书。")
    hint = _("请由证书的持有人，或所属企业的管理员办理。")


def lines_of(applications: list[Application]) -> list[Line]:
    return [
        Line(row, kind_of(row.kind), selectors.title_of(row), TONES[S(row.state)], NEXT[row.state])
        for row in applications
        if row.kind in KINDS
    ]


def things_of(*, kind: Kind, actor: Actor, today: dt.date, ids: list[int] | None = None) -> list[Thing]:
    """The registered rows of a kind for which the actor may apply. Three queries, however many there are."""
    rows = kind.holders_for(demand(actor))
    holders = list(rows if ids is None else rows.filter(pk__in=ids))
    keys = [holder.pk for holder in holders]
    certificates = current_of(kind=kind.code, holders=keys) if keys else {}
    going = {row.holder: row for row in Application.objects.filter(kind=kind.code, holder__in=keys, state__in=OPEN)}
    return [_thing(kind, h, certificates.get(h.pk), going.get(h.pk), today) for h in holders]


def _thing(
    kind: Kind, holder: Any, certificate: Certificate | None, going: Application | None, today: dt.date
) -> Thing:
    state = ""
    if certificate is not None:
        state = str(CertificateState(live_state(certificate.state, certificate.valid_until, today)).label)
    name = kind.name_of(holder)
    return Thing(kind, holder, mask_name(name) if kind.of_person else name, certificate, state, going)


def all_things(*, actor: Actor, today: dt.date) -> list[Thing]:
    return [thing for kind in KINDS.values() for thing in things_of(kind=kind, actor=actor, today=today)]


def thing_of_certificate(*, number: str, actor: Actor, today: dt.date) -> Thing:
    """What a certificate is about, for whoever may apply for it again. Raises NothingToRenew."""
    found = readable_certificates(actor=actor).filter(number=number, kind__in=KINDS).first()
    if found is not None:
        for thing in things_of(kind=kind_of(found.kind), actor=actor, today=today, ids=[found.holder]):
            if thing.certificate is not None and thing.certificate.pk == found.pk:
                return thing
    raise NothingToRenew()


def firms_for(*, kind: Kind, actor: Actor) -> list[tuple[str, str]]:
    """Code and name of the enterprises for which the actor may apply for something new of this kind."""
    if kind.code == "enterprise":  # a new one is the applicant's own; for a registered one see `things_of`
        return []
    return list(kind.enterprises_for(actor).exclude(state=State.CLOSED).order_by("name").values_list("code", "name"))


def chosen(*, kind: str, enterprise: str, holder: str, actor: Actor) -> dict[str, Model | None]:
    """The rows behind what was chosen on the page, as `start` takes them. Raises UnknownKind, NotForYou."""
    declared = kind_of(kind)
    rows: dict[str, Model | None] = {"enterprise": None, "holder": None}
    if enterprise:
        rows["enterprise"] = declared.enterprises_for(actor).filter(code=enterprise).first()
    if holder:
        rows["holder"] = declared.holders_for(actor).filter(pk=holder).first() if holder.isdecimal() else None
    if (enterprise and rows["enterprise"] is None) or (holder and rows["holder"] is None):
        raise NotForYou()
    return rows


def purposes_of(thing: Thing) -> list[tuple[str, Any]]:
    if thing.certificate is None:
        return [(Purpose.NEW.value, Purpose.NEW.label)]
    return [(p.value, p.label) for p in (Purpose.RENEWAL, Purpose.CHANGE, Purpose.ANNUAL)]


def problems_of(*, application: Application, now: dt.datetime) -> dict[str, Any]:
    """What is not right yet: a sentence a field or document. For whoever may write on it."""
    values = selectors.all_values(application)
    cleaned, problems = clean_all(kind_of(application.kind), values, county_day(now))
    return {**problems, **selectors.missing_documents(application=application, values=cleaned)}


def documents_by_kind(application: Application) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for document in Document.objects.filter(application=application).order_by("added_at"):
        found.setdefault(document.kind, []).append(document)
    return found


# -- what a field offers to choose from ------------------------------------------------------------------


def place_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Counties that have stations, with their townships, each with its villages: (heading, [(code, name)])."""
    codes = Station.objects.values_list("division__code", flat=True).distinct()
    counties = sorted({code[: int(Level.COUNTY)] for code in codes if code})
    if not counties:
        counties = sorted(Division.objects.filter(level=Level.COUNTY).values_list("prefix", flat=True)[:3])
    inside = Q(pk__in=[])
    for prefix in counties:
        inside |= Q(prefix__startswith=prefix)
    below = Division.objects.filter(inside, level__gte=Level.COUNTY).order_by("code")
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for code, level, name in below.values_list("code", "level", "name"):
        if level <= Level.TOWNSHIP:
            groups.append((name, []))
        groups[-1][1].append((code, name))
    return groups


def place_name(code: str) -> str:
    row = Division.objects.filter(code=code).first()
    return with_paths([row])[0].full_name if row else code


def parties_to_choose(field: Field) -> list[tuple[str, str]]:
    """Code and name of what a field of type party takes."""
    if field.suggest != "stations":
        return []
    rows = Station.objects.exclude(state=State.CLOSED).order_by("code")
    return [(code, name) for code, name in rows.values_list("code", "name")]


def shown_values(kind: Kind, values: Values) -> list[tuple[Any, list[tuple[Any, str]]]]:
    """What was filled in as a reader sees it: group → label and text; empty fields and those not asked left out.

    Secrets are masked even for those who wrote them: others look over their shoulder.
    """
    groups: dict[str, tuple[Any, list[tuple[Any, str]]]] = {}
    parties = {f.name: dict(parties_to_choose(f)) for f in kind.fields if f.type == Type.PARTY and values.get(f.name)}
    for field in kind.fields:
        value = values.get(field.name)
        if value in (None, "", []) or not field.asked(values):
            continue
        text = parties[field.name].get(value, str(value)) if field.type == Type.PARTY else text_of(field, value)
        groups.setdefault(str(field.group), (field.group, []))[1].append((field.label, text))
    return list(groups.values())


def text_of(field: Field, value: Any) -> str:
    labels = {code: str(label) for code, label in field.choices}
    if field.type == Type.CHOICE:
        return labels.get(value, str(value))
    if field.type == Type.CHOICES:
        return "、".join(labels.get(item, str(item)) for item in value)
    if field.type == Type.BOOL:
        return str(_("是") if value is True or str(value).lower() in ("true", "on", "1") else _("否"))
    if field.type == Type.PLACE:
        return place_name(str(value))
    if field.secret:
        return str(selectors.shown(field, value))
    return phone_text(value) if field.type in (Type.PHONE, Type.MOBILE) else str(value)


def phone_text(value: Any) -> str:
    """A number as people of this country write it: without the country's own code."""
    return str(value).removeprefix("+86")


def label_of(kind: Kind, name: str) -> Any:
    """The label of a field or document by its name; of the whole when empty."""
    labels: Mapping[str, Any] = {
        **{field.name: field.label for field in kind.fields}, **{item.code: item.label for item in kind.documents}
    }  # fmt: skip
    return labels.get(name, _("整份申请"))
