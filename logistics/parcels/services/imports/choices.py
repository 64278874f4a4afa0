"""What a sender may answer: for each open question of a file its choices, in a fixed number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from logistics.parcels.models import ImportBatch, SenderAnswer
from logistics.parcels.services.imports.columns import COLUMNS, column_label
from logistics.parcels.services.imports.names import county_of
from logistics.parcels.services.imports.questions import open_questions
from logistics.parcels.states import EVENT_LABELS, PlaceWord, QuestionKind
from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind
from portal.core.actor import Actor
from portal.core.errors import BadInput
from portal.regions.addresses import LoadedGazetteer, Resolution, resolve_village
from portal.regions.models import Division

SHOWN = 50  # questions on one page; the rest come when these are answered
_CODES = {**dict(PlaceWord.choices), **EVENT_LABELS}
_EVENTS: list[tuple[str, Any]] = [(str(code), label) for code, label in _CODES.items() if code != "VOID"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as its page shows it. `why` says what was uncertain about an address."""

    id: int
    kind: str
    label: str
    value: str
    lines: int
    choices: list[tuple[str, Any]]
    why: str = ""


def asked_of(*, actor: Actor, batch: ImportBatch) -> list[Asked]:
    """The questions that lines of this file wait for, most lines first, for the sender's side only."""
    found = open_questions(actor=actor, batch=batch, most=SHOWN)
    kinds = {question.kind for question, _lines in found}
    within = county_of(batch.enterprise)
    choices = {kind: _offered(kind, batch.enterprise) for kind in kinds}
    places = LoadedGazetteer(within) if QuestionKind.ADDRESS in kinds else None
    return [_shown(question, lines, choices, places, within) for question, lines in found]


def remembered_of(answer: SenderAnswer) -> Asked:
    """A remembered answer with what else it may be. An address is known by its division only: another is typed."""
    offered = _offered(answer.kind, answer.enterprise)
    if answer.kind == QuestionKind.ADDRESS:
        offered = [(answer.meaning, meaning) for _answer, _label, meaning in meanings_of([answer])]
    label = str(QuestionKind(answer.kind).label)
    choices = offered if answer.meaning == SenderAnswer.LEFT_OUT == offered[0][0] else [*offered, _out(answer.kind)]
    return Asked(answer.pk, answer.kind, label, written(answer), 0, choices)


def _offered(kind: str, sender: Enterprise) -> list[tuple[str, Any]]:
    """What any word of this kind may mean in the county. A carrier registers parcels of its own only."""
    within = county_of(sender)
    if kind == QuestionKind.EVENT:
        return _EVENTS
    if kind == QuestionKind.CARRIER:
        firms = Enterprise.objects.filter(kind=EnterpriseKind.CARRIER, division__code__startswith=within)
        if sender.kind == EnterpriseKind.CARRIER:
            firms = firms.filter(pk=sender.pk)
        return list(firms.order_by("code").values_list("code", "short_name"))
    if kind == QuestionKind.STATION:
        stations = Station.objects.filter(division__code__startswith=within)
        rows = stations.order_by("division_id", "code").values_list("code", "name")
        return [(code, f"{name} · {code}") for code, name in rows]
    if kind in COLUMNS:
        return [(name, column_label(kind, name)) for name in COLUMNS[kind]]
    return []


def _out(kind: str) -> tuple[str, Any]:
    return SenderAnswer.LEFT_OUT, _("不读取这一列") if kind in COLUMNS else _("不登记这些行")


def written(answer: SenderAnswer) -> str:
    """As it stands in the file; a column without a heading, or a second one of the same heading, by its place."""
    heading, _slash, place = answer.key.partition("/")
    if answer.kind not in COLUMNS or not place:
        return answer.value
    if not heading:
        return _("第 %(place)s 列") % {"place": place}
    return _("%(heading)s（第 %(place)s 个）") % {"heading": answer.value, "place": place}


def _shown(question: SenderAnswer, lines: int, choices, places: LoadedGazetteer | None, within: str) -> Asked:
    offered, why = choices.get(question.kind, []), ""
    if places is not None and question.kind == QuestionKind.ADDRESS:
        try:
            resolution = resolve_village(question.value, within=within, places=places)
            offered, why = _villages(resolution, places), resolution.question
        except BadInput as error:
            why = str(error.message)
    elif question.kind == QuestionKind.STATION:
        offered = _likely_first(offered, question.value)
    label = QuestionKind(question.kind).label
    choices = [*offered, _out(question.kind)]
    return Asked(question.pk, question.kind, str(label), question.value, lines, choices, why)


def _villages(resolution: Resolution, places: LoadedGazetteer) -> list[tuple[str, Any]]:
    """Those that the text may mean; where it names a township only, the villages of that."""
    found = resolution.candidates
    if not found and len(resolution.townships) == 1:
        found = tuple(places.villages_of(resolution.townships[0]))
    return [(village.code, village.full_name) for village in found]


def _likely_first(stations: list[tuple[str, Any]], written: str) -> list[tuple[str, Any]]:
    """Those of which most pairs of neighbouring signs stand in what was written; the others as they were."""
    pairs = {written[n : n + 2] for n in range(len(written) - 1)}
    return sorted(stations, key=lambda station: -sum(pair in station[1] for pair in pairs))


def meanings_of(answers: list[SenderAnswer]) -> list[tuple[SenderAnswer, str, str]]:
    """Remembered answers with their question and their meaning as people read it, in three statements."""
    wanted = {a.meaning for a in answers}
    named: dict[str, Any] = dict(_EVENTS)
    named |= dict(Enterprise.objects.filter(code__in=wanted).values_list("code", "short_name"))
    named |= dict(Station.objects.filter(code__in=wanted).values_list("code", "name"))
    named |= {d.code: f"{d.parent}{d.name}" for d in Division.objects.filter(code__in=wanted).select_related("parent")}
    return [(answer, str(QuestionKind(answer.kind).label), _meaning_told(answer, named)) for answer in answers]


def _meaning_told(answer: SenderAnswer, named: dict[str, Any]) -> str:
    if answer.meaning == SenderAnswer.LEFT_OUT:
        return str(_out(answer.kind)[1])
    if answer.kind in COLUMNS:
        return column_label(answer.kind, answer.meaning) if answer.meaning in COLUMNS[answer.kind] else answer.meaning
    return str(named.get(answer.meaning, answer.meaning))
