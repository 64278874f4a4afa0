"""What a sender may answer: for each open question of a file its choices, in a fixed number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from logistics.parcels.models import ImportBatch, SenderAnswer
from logistics.parcels.services.imports.names import county_of
from logistics.parcels.services.imports.questions import open_questions
from logistics.parcels.states import EVENT_LABELS, PlaceWord, QuestionKind
from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind
from portal.core.actor import Actor
from portal.core.errors import BadInput
from portal.regions.addresses import LoadedGazetteer, resolve_village
from portal.regions.models import Division

SHOWN = 50  # questions on one page; the rest come when these are answered
_EVENTS = [(str(code), label) for code, label in {**dict(PlaceWord.choices), **EVENT_LABELS}.items() if code != "VOID"]


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
    found = open_questions(actor=actor, batch=batch)[:SHOWN]
    kinds = {question.kind for question, _lines in found}
    within = county_of(batch.enterprise)
    choices: dict[str, list[tuple[str, Any]]] = {QuestionKind.EVENT: _EVENTS}
    if QuestionKind.CARRIER in kinds:
        firms = Enterprise.objects.filter(kind=EnterpriseKind.CARRIER, division__code__startswith=within)
        choices[QuestionKind.CARRIER] = list(firms.order_by("code").values_list("code", "short_name"))
    if QuestionKind.STATION in kinds:
        stations = Station.objects.filter(division__code__startswith=within)
        rows = stations.order_by("division_id", "code").values_list("code", "name")
        choices[QuestionKind.STATION] = [(code, f"{name} · {code}") for code, name in rows]
    places = LoadedGazetteer(within) if QuestionKind.ADDRESS in kinds else None
    return [_shown(question, lines, choices, places, within) for question, lines in found]


def _shown(question: SenderAnswer, lines: int, choices, places: LoadedGazetteer | None, within: str) -> Asked:
    offered, why = choices.get(question.kind, []), ""
    if places is not None and question.kind == QuestionKind.ADDRESS:
        try:
            resolution = resolve_village(question.value, within=within, places=places)
            offered, why = [(c.code, c.full_name) for c in resolution.candidates], resolution.question
        except BadInput as error:
            why = str(error.message)
    out = (SenderAnswer.LEFT_OUT, _("不登记这些行"))
    label = QuestionKind(question.kind).label
    return Asked(question.pk, question.kind, str(label), question.value, lines, [*offered, out], why)


def meanings_of(answers: list[SenderAnswer]) -> list[tuple[SenderAnswer, str, str]]:
    """Remembered answers with their question and their meaning as people read it."""
    wanted = {a.meaning for a in answers}
    named: dict[str, Any] = dict(_EVENTS)
    named |= dict(Enterprise.objects.filter(code__in=wanted).values_list("code", "short_name"))
    named |= dict(Station.objects.filter(code__in=wanted).values_list("code", "name"))
    named |= {d.code: f"{d.parent}{d.name}" for d in Division.objects.filter(code__in=wanted).select_related("parent")}
    named[SenderAnswer.LEFT_OUT] = _("不登记这些行")
    return [(a, str(QuestionKind(a.kind).label), str(named.get(a.meaning, a.meaning))) for a in answers]
