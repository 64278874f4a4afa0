"""What the words of a file mean: known to all, answered by its sender before, or to be asked."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import SenderAnswer
from logistics.parcels.services.imports.problems import RowProblem
from logistics.parcels.services.vocabulary import Vocabulary
from logistics.parcels.states import QuestionKind
from logistics.parcels.words import word_key
from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind
from portal.core.errors import BadInput
from portal.core.fields import keyed_hash
from portal.regions import names as spelling
from portal.regions.addresses import LoadedGazetteer, resolve_village
from portal.regions.selectors import certain_place
from portal.regions.states import Level

LONGEST_ADDRESS = 200
LEFT_OUT_SENTENCE = _("按您的回答，这样的行不登记。如需登记，请在“记住的回答”里修改。")


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the sender knows. `key` is what a later file is compared by."""

    kind: str
    key: str
    value: str


class LeftOut(RowProblem):
    """The sender said that lines with this value are not to be registered."""


def question_of(kind: str, value: str) -> Question:
    """An address goes by a keyed hash: its text is a person's."""
    if kind == QuestionKind.ADDRESS:
        return Question(kind, keyed_hash(spelling.clean(value), "import:address"), value[:LONGEST_ADDRESS])
    return Question(kind, word_key(value)[:64] or value[:64], value[:LONGEST_ADDRESS])


class Names:
    """Enterprises, stations, events and villages by any of the names a file may use.

    A handful of look-ups for the whole file. What nobody knows is put down in `asked`, one question a distinct value.
    """

    def __init__(self, enterprise: Enterprise):
        self.own = enterprise
        self.words = Vocabulary()
        self.asked: list[Question] = []
        self._stations: dict[str, list[str]] | None = None
        self._answers: dict[tuple[str, str], str] | None = None
        self._places: LoadedGazetteer | None = None
        self._villages: dict[str, str] = {}
        self._named: dict[str, str] = {}

    def take_questions(self) -> list[Question]:
        """The questions of the line just read."""
        asked, self.asked = self.asked, []
        return asked

    def carrier(self, text: str) -> str:
        """Enterprise code; without a name the sender itself, when it is a carrier."""
        if not text:
            return self.own.code if self.own.kind == EnterpriseKind.CARRIER else ""
        return self.words.carrier(text, self.own.code) or self._ask(QuestionKind.CARRIER, text)

    def event(self, text: str) -> str:
        """Event code."""
        return self.words.event(text) or (self._ask(QuestionKind.EVENT, text.strip()) if text.strip() else "")

    def station(self, text: str) -> str:
        """Station code. A name that several stations bear is asked too."""
        if not text:
            return ""
        if self._stations is None:
            self._stations = {}
            rows = list(Station.objects.values_list("code", "name"))
            for code, name in rows:
                self._stations.setdefault(name, []).append(code)
            self._stations |= {code: [code] for code, _name in rows}
        codes = self._stations.get(text) or []
        return codes[0] if len(codes) == 1 else self._ask(QuestionKind.STATION, text)

    def place(self, name: str) -> str:
        """Division code of the place with this name. Raises BadInput or NotFound where it is not certain."""
        if name not in self._named:
            self._named[name] = certain_place(name)
        return self._named[name]

    def village(self, address: str) -> str:
        """Division code of the village that an address means for certain; "" without an address."""
        if not address:
            return ""
        if address not in self._villages:
            self._villages[address] = self._resolved(address)
        return self._villages[address] or self._ask(QuestionKind.ADDRESS, address)

    def _resolved(self, address: str) -> str:
        within = county_of(self.own)
        self._places = self._places or LoadedGazetteer(within)
        try:
            found = resolve_village(address, within=within, places=self._places)
        except BadInput:
            return ""
        return found.village.code if found.village else ""

    def _ask(self, kind: str, value: str) -> str:
        if self._answers is None:
            rows = SenderAnswer.objects.filter(enterprise=self.own).exclude(meaning="")
            self._answers = {(of, key): meaning for of, key, meaning in rows.values_list("kind", "key", "meaning")}
        question = question_of(kind, value)
        answer = self._answers.get((question.kind, question.key), "")
        if answer == SenderAnswer.LEFT_OUT:
            raise LeftOut("left_out", LEFT_OUT_SENTENCE)
        if not answer and question not in self.asked:
            self.asked.append(question)
        return answer


def headings_of(enterprise: Enterprise, kind: str) -> dict[str, str]:
    """Headings beside those known to all: the county's words, over them what this sender said of its own columns."""
    own = SenderAnswer.objects.filter(enterprise=enterprise, kind=kind).exclude(meaning="")
    return Vocabulary().columns(kind) | dict(own.values_list("key", "meaning"))


def county_of(enterprise: Enterprise) -> str:
    """Code prefix of the county in which the enterprise is registered."""
    return enterprise.division_id[: int(Level.COUNTY)]
