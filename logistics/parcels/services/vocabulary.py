"""Words as senders write them, made ours: the table the portal comes with, under the county's own."""

from __future__ import annotations

from functools import cache

from django.utils.translation import override

from logistics.parcels.models import KnownWord
from logistics.parcels.states import EVENT_LABELS, PlaceWord, Variant, WordKind
from logistics.parcels.words import CARRIER_WORDS, EVENT_WORDS, split_words, word_key
from logistics.registry.models import Enterprise
from logistics.registry.states import EnterpriseKind

SHIPPED: dict[str, dict[str, str]] = {
    WordKind.EVENT: split_words(EVENT_WORDS),
    WordKind.CARRIER: split_words(CARRIER_WORDS),
    WordKind.PARCEL_COLUMN: {},
    WordKind.EVENT_COLUMN: {},
}  # headings of files are in imports/columns.py
_CODES = frozenset(EVENT_LABELS) | frozenset(PlaceWord.values)


@cache
def _labels(language: str) -> dict[str, str]:
    with override(language):
        return {word_key(str(label)): str(code) for code, label in EVENT_LABELS.items()}


@cache
def _variants(language: str) -> dict[str, str]:
    with override(language):
        return {word_key(str(label)): str(code) for code, label in Variant.choices}


class Vocabulary:
    """Read once for a file or a batch: one statement for all words, and one for all enterprises, when first asked."""

    def __init__(self) -> None:
        self._own: dict[tuple[str, str], str] | None = None
        self._enterprises: dict[str, set[tuple[bool, str]]] | None = None
        self._codes: frozenset[str] = frozenset()

    def event(self, text: str) -> str:
        """Our code for what a sender calls an event, "" when nobody knows the word."""
        plain = text.strip()
        if plain.upper() in _CODES:
            return plain.upper()
        key = word_key(plain)
        return _labels("zh-hans").get(key) or _labels("en").get(key) or self._word(WordKind.EVENT, key)

    def variant(self, text: str) -> str:
        key = word_key(text)
        return _variants("zh-hans").get(key) or _variants("en").get(key) or text.strip().upper()

    def carrier(self, text: str, own: str = "") -> str:
        """Code of the enterprise that `text` names: its code, any of its names, or a word for its brand.

        "" when nobody knows it, when the brand has no enterprise in this county, and when several bear the name and
        none of them is `own`.
        """
        if self._enterprises is None:
            self._enterprises = self._read_enterprises()
        if text in self._codes:
            return text
        key = word_key(text)
        for name in (key, word_key(self._word(WordKind.CARRIER, key))):
            if found := self._enterprises.get(name):
                return _one_of(found, own)
        return ""

    def _read_enterprises(self) -> dict[str, set[tuple[bool, str]]]:
        rows = list(Enterprise.objects.values_list("code", "kind", "name", "short_name", "kuaidi100_code"))
        self._codes = frozenset(row[0] for row in rows)
        found: dict[str, set[tuple[bool, str]]] = {}
        for code, kind, *names in rows:
            for key in filter(None, map(word_key, (code, *names))):
                found.setdefault(key, set()).add((kind == EnterpriseKind.CARRIER, code))
        return found

    def columns(self, kind: str) -> dict[str, str]:
        """Headings the county added for files of this kind: key → field, "" for one that was retired."""
        return {key: meaning for (of, key), meaning in self._words().items() if of == kind}

    def _word(self, kind: str, key: str) -> str:
        if not key:
            return ""
        own = self._words().get((kind, key))
        return SHIPPED[kind].get(key, "") if own is None else own

    def _words(self) -> dict[tuple[str, str], str]:
        if self._own is None:
            rows = KnownWord.objects.values_list("kind", "key", "meaning", "active")
            self._own = {(kind, key): meaning if active else "" for kind, key, meaning, active in rows}
        return self._own


def _one_of(found: set[tuple[bool, str]], own: str) -> str:
    """The only one, carriers before others; of several the sender's own, or none."""
    codes = {code for is_carrier, code in found if is_carrier} or {code for _is_carrier, code in found}
    return own if own in codes else next(iter(codes)) if len(codes) == 1 else ""


def seed_words() -> int:
    """Give every word that the portal comes with its row, so that officials see and change what holds.

    Words that are there already stay as they are. Returns how many were added.
    """
    known = set(KnownWord.objects.values_list("kind", "key"))
    tables = ((WordKind.EVENT, EVENT_WORDS), (WordKind.CARRIER, CARRIER_WORDS))
    rows: dict[tuple[str, str], KnownWord] = {}
    for kind, table in tables:
        for meaning, words in table.items():
            for word in words.split():
                key = (str(kind), word_key(word))
                if key not in known:
                    rows[key] = KnownWord(kind=kind, word=word, key=key[1], meaning=str(meaning))
    KnownWord.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return len(rows)
