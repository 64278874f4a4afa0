"""The kinds of certificate. Whoever certifies something declares its kind when the app starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from logistics.registry.models import Certified
from members.access.states import Permission


class KindMisuse(ValueError):
    """A programming error: an unknown kind, one declared twice, or facts it does not name."""


@dataclass(frozen=True)
class CertificateKind:
    """What a kind of certificate is about.

    `party` is the model whose row `holder` names; it may work only while its certificate lets it. None for
    certificates that stop nobody (training). `fact_labels` name what is printed, in its order: everyone may read
    these facts, so they hold nothing personal. `personal`: the holder is a person, whose name is masked for strangers.
    `issued_by` is the permission that the issuer needs over the place; None where the portal itself issues.
    `says` is the sentence on the paper, with %(name)s for the holder; empty for the usual one. `leaving` is asked with
    the party before its certificate is cancelled, and raises while it can't stop for good.
    """

    code: str
    label: Any
    party: type[Certified] | None
    fact_labels: Mapping[str, Any] = field(default_factory=dict)
    personal: bool = False
    issued_by: str | None = Permission.APPLICATION_REVIEW
    says: Any = ""
    leaving: Callable[[Any], None] | None = None

    def check(self, facts: Mapping[str, Any]) -> None:
        """Raises KindMisuse for a fact without label: it could not be shown."""
        unknown = sorted(set(facts) - set(self.fact_labels))
        if unknown:
            raise KindMisuse(f"{self.code}: no label for {unknown}")

    def rows(self, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Label and value of the facts, in the order in which they are printed; empty ones left out."""
        return [(str(label), str(facts[key])) for key, label in self.fact_labels.items() if facts.get(key)]


_kinds: dict[str, CertificateKind] = {}


def party_rows(kind: str, holder: int) -> QuerySet[Any] | None:
    """The party's own row, for an update; None for a kind that stops nobody."""
    party = kind_of(kind).party
    return None if party is None else party._default_manager.filter(pk=holder)


def declare(kind: CertificateKind) -> CertificateKind:
    """Makes a kind known. Raises KindMisuse when another one has its code."""
    if _kinds.get(kind.code, kind) != kind:
        raise KindMisuse(f"{kind.code} is declared twice")
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> CertificateKind:
    """Raises KindMisuse when nobody declared it."""
    try:
        return _kinds[code]
    except KeyError:
        raise KindMisuse(f"no kind of certificate is called {code}") from None


def all_kinds() -> list[CertificateKind]:
    return [_kinds[code] for code in sorted(_kinds)]
