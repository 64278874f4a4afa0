"""What anybody may learn of a certificate, and whether a paper is the one that was issued."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from logistics.certificates.errors import CertificateNotFound
from logistics.certificates.kinds import kind_of
from logistics.certificates.models import Certificate
from logistics.certificates.rules import statement_of
from logistics.certificates.selectors import ended_on, public_certificate
from logistics.certificates.services.issuing import NUMBER_LENGTH, NUMBER_PREFIX
from logistics.certificates.signing import NotOurs, read
from logistics.certificates.states import CertificateState, live_state
from portal.core.checkdigits import is_valid
from portal.core.clock import county_day
from portal.core.errors import BadInput
from portal.core.masking import mask_name, normalise_digits

LENGTH = len(NUMBER_PREFIX) + NUMBER_LENGTH + 1
_LOOKALIKES = str.maketrans("OIL", "011")


class Mistyped(BadInput):
    """Said without looking anything up: who guesses numbers learns nothing from it."""

    code = "certificate_mistyped"
    message = _("证书编号输错了。")
    hint = _("编号以 C 开头，共 13 位，最后一位是校验位，现在对不上。请对照证书逐个字符核对，留意 0 和 O、1 和 I。")


class Paper(StrEnum):
    """What the code on a paper says of it."""

    GENUINE = "genuine"
    ALTERED = "altered"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Verified:
    """Nothing personal: the name of a person is masked. `since` is when a certificate stopped being valid."""

    number: str
    kind: str
    kind_label: str
    holder: str
    state: CertificateState
    since: dt.date | None
    valid_from: dt.date
    valid_until: dt.date | None
    issued: dt.date
    facts: list[tuple[str, str]]
    replaced_by: str
    paper: Paper

    @property
    def good(self) -> bool:
        """Whether it may be relied on: valid today, and the paper is not altered."""
        return self.state == CertificateState.VALID and self.paper != Paper.ALTERED


def read_number(typed: str) -> str:
    """A certificate's number as somebody typed it: case, spaces, full-width and look-alike characters do no harm.

    Raises Mistyped.
    """
    bare = "".join(c for c in normalise_digits(typed[:60]).upper() if c.isalnum()).translate(_LOOKALIKES)
    if len(bare) != LENGTH or not bare.startswith(NUMBER_PREFIX) or not is_valid(bare):
        raise Mistyped()
    return bare


def verify(*, typed: str, now: dt.datetime, payload: str = "", signature: str = "") -> Verified:
    """Where a certificate stands at `now`, in force or not, and what its code says of the paper.

    Raises Mistyped and CertificateNotFound.
    """
    number = read_number(typed)
    try:
        row = public_certificate(number)
    except CertificateNotFound:
        raise CertificateNotFound(
            _("没有这个编号的证书。"), hint=_("请核对编号。若证书上印的就是它，这张证书不是本平台发的，请不要相信。")
        ) from None
    kind = kind_of(row.kind)
    state = live_state(row.state, row.valid_until, county_day(now))
    successor = getattr(row, "replaced_by", None)
    return Verified(
        number=row.number, kind=row.kind, kind_label=str(kind.label),
        holder=mask_name(row.holder_name) if kind.personal else row.holder_name,
        state=state, since=_since(row, state), valid_from=row.valid_from, valid_until=row.valid_until,
        issued=county_day(row.issued_at), facts=kind.rows(row.facts),
        replaced_by=successor.number if successor else "", paper=_paper(row, payload, signature),
    )  # fmt: skip


def _paper(row: Certificate, payload: str, signature: str) -> Paper:
    if not payload and not signature:
        return Paper.UNSIGNED
    try:
        said = read(number=row.number, payload=payload, signature=signature)
    except NotOurs:
        return Paper.ALTERED
    return Paper.GENUINE if said == statement_of(row) else Paper.ALTERED


def _since(row: Certificate, state: CertificateState) -> dt.date | None:
    """The first day on which it was not valid any more."""
    if state == CertificateState.VALID:
        return None
    if state == CertificateState.EXPIRED and row.valid_until:
        return row.valid_until + dt.timedelta(days=1)
    if state == CertificateState.REPLACED:
        successor = getattr(row, "replaced_by", None)
        return county_day(successor.issued_at) if successor else None
    moment = ended_on(certificate=row.pk)
    return county_day(moment) if moment else None
