"""What a kind of application declares: its fields, evidence and checklist, and how it meets the register.

One declaration drives the applicant's form, the programs' interface, the officials' page and the import of registers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from logistics.licensing.models import Application
from logistics.registry.models import Certified, Enterprise
from portal.core.actor import Actor
from portal.core.fields import keyed_hash
from portal.core.masking import mask_name

Values = dict[str, Any]  # field name → value as stored: text, number, true or false, list of texts; never a row
Problems = dict[str, Any]  # field name → sentence


class Type(StrEnum):
    """What a field holds, which decides its input, its check and its stored form.

    date: `2026-11-22`. number: a whole number. phone, mobile: E.164. place: 12-digit division code. point:
    `105.123456,35.123456`, longitude first, WGS-84. hours: text that `registry.opening` can read. party: the code of
    a registered enterprise or station. choices: a list of values. Others: text.
    """

    TEXT = "text"
    LONGTEXT = "longtext"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"
    MOBILE = "mobile"
    ID_NUMBER = "id_number"
    CREDIT_CODE = "credit_code"
    PLATE = "plate"
    VIN = "vin"
    BANK_CARD = "bank_card"
    PLACE = "place"
    POINT = "point"
    HOURS = "hours"
    BOOL = "bool"
    PARTY = "party"


@dataclass(frozen=True)
class Field:
    """One field. `secret`: kept encrypted, shown masked. `personal`: tells something of a person. `only_if` names a
    field and the values with which this one is asked for at all (`("ownership", ("leased",))`); otherwise it is
    neither required nor kept. `group` is the heading under which the form shows it. `most`: characters, or the
    greatest number. `suggest` names the list from which a party is chosen: `stations`."""

    name: str
    label: Any
    type: Type = Type.TEXT
    required: bool = True
    secret: bool = False
    personal: bool = False
    help: Any = ""
    group: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()
    least: int = 1
    most: int = 80
    only_if: tuple[str, tuple[str, ...]] | None = None
    check: Callable[[Any], Any] | None = None
    suggest: str = ""

    def asked(self, values: Mapping[str, Any]) -> bool:
        """Whether this field belongs to the form as filled in so far."""
        return self.only_if is None or values.get(self.only_if[0]) in self.only_if[1]


@dataclass(frozen=True)
class Evidence:
    """A document to hand in; at most `most` files of it. `only_if` as of a Field."""

    code: str
    label: Any
    help: Any = ""
    required: bool = True
    most: int = 5
    only_if: tuple[str, tuple[str, ...]] | None = None

    def asked(self, values: Mapping[str, Any]) -> bool:
        return self.only_if is None or values.get(self.only_if[0]) in self.only_if[1]


@dataclass(frozen=True)
class Item:
    """One line of the reviewer's checklist. `automatic`: the portal finds it out itself (`Kind.automatic`)."""

    code: str
    label: Any
    help: Any = ""
    automatic: bool = False


@dataclass(frozen=True)
class Duplicate:
    """Something registered that this application may be about. `same`: it certainly is (same number); otherwise it
    only looks like it. `what` says in one sentence why; `holder` is the registered row's id, with its code and name."""

    what: Any
    holder: int
    code: str
    name: str
    same: bool


class Kind:
    """A kind of application: one folder of `licensing/kinds`, whose package holds one instance of a subclass as KIND.

    `party` is the model of the registered row. `rank` orders the kinds. `valid_months` is how long a certificate
    lasts, `review_days` how many working days a review may take. `fact_labels` name what the certificate prints of
    `facts`, public and never personal. `of_person`: the holder is a person.
    """

    code: str
    label: Any
    says: Any = ""  # who applies for it, in one sentence
    certificate: Any  # what the certificate is called
    rank: int
    party: type[Certified]
    fields: tuple[Field, ...]
    documents: tuple[Evidence, ...]
    checklist: tuple[Item, ...]
    valid_months: int
    review_days: int
    fact_labels: dict[str, Any]
    of_person: bool = False
    # The register as a file: which fields it keeps, whether a row has a code, an enterprise, an account of a person.
    kept: tuple[str, ...]
    has_code: bool = False
    named_by: str = ""  # a field that names a registered row where no code does: a plate
    of_enterprise: bool = False
    of_user: bool = False
    example: Mapping[str, Any]  # a line of its template: field → value as stored; of a day, how many days from today
    writes: str  # the permission to write in the register

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    # -- what the applicant wrote -------------------------------------------------------------------------
    def problems(self, values: Values, today: dt.date) -> Problems:
        """What contradicts itself across fields; each field by itself is checked already. Wrong ones are missing."""
        return {}

    def identity(self, values: Values) -> str:
        """What makes two applications one and the same thing; empty while it is not known."""
        raise NotImplementedError

    def identity_hash(self, values: Values) -> str:
        found = self.identity(values)
        return keyed_hash(f"{self.code}:{found}", "application.identity") if found else ""

    def place(self, values: Values) -> str:
        """Code of the division whose officials review it; empty while it is not known."""
        return values.get("division") or ""

    def title(self, values: Values) -> str:
        """How lists call it: a name or a plate; of a person only what may be shown masked."""
        raise NotImplementedError

    def shown_title(self, values: Values) -> str:
        """As lists show it that are no concern of the person."""
        return mask_name(self.title(values)) if self.of_person else self.title(values)

    def automatic(self, application: Application, values: Values, today: dt.date) -> dict[str, bool]:
        """The outcome of each automatic item of the checklist."""
        return {}

    def duplicates(self, values: Values, exclude: int | None = None) -> list[Duplicate]:
        """Registered rows (other than `exclude`) that this may be about, in the whole county."""
        return []

    # -- who may apply ------------------------------------------------------------------------------------
    def enterprises_for(self, actor: Actor) -> QuerySet[Enterprise]:
        """Enterprises for which this actor may apply."""
        raise NotImplementedError

    def holders_for(self, actor: Actor) -> QuerySet:
        """Registered rows for which this actor may apply for a renewal, a change or an annual review."""
        raise NotImplementedError

    def leaving(self, holder: Any) -> None:
        """Raises while the party can't stop for good; asked before its certificate is cancelled."""

    # -- the register -------------------------------------------------------------------------------------
    def reach(self, actor: Actor) -> QuerySet:
        """Registered rows that the actor may write."""
        raise NotImplementedError

    def register(self, application: Application, values: Values, actor: Actor, now: dt.datetime) -> Certified:
        """Creates the registered row, or changes the one that the application names. Raises what the register says."""
        raise NotImplementedError

    def welcome(self, application: Application, holder: Any, actor: Actor, now: dt.datetime) -> None:
        """What a first approval brings besides the certificate, e.g. the applicant's role."""

    def values_of(self, holder: Any) -> Values:
        """The form as the register knows it, for renewals and changes."""
        raise NotImplementedError

    def facts(self, holder: Any) -> dict[str, str]:
        """What the certificate prints: keys of `fact_labels`."""
        raise NotImplementedError

    def name_of(self, holder: Any) -> str:
        return str(holder.name)

    def enterprise_of(self, holder: Any) -> Enterprise | None:
        return None

    def user_of(self, holder: Any) -> Any:
        """The person whom the certificate belongs to, if it belongs to one."""
        return None
