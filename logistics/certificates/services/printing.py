"""Certificates on paper. Who printed which is kept in the audit trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from logistics.certificates.kinds import kind_of
from logistics.certificates.models import Certificate
from logistics.certificates.papers import Sheet, draw_card, draw_sheet
from logistics.certificates.rules import statement_of
from logistics.certificates.selectors import certificate_of
from logistics.certificates.signing import sign
from logistics.certificates.states import CertificateState, live_state
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.clock import county_day
from portal.regions.codes import pad
from portal.regions.selectors import public_division

COUNTY_DIGITS = 6
VERIFY_PATH = "/verify/{number}/"


class PaperSize(StrEnum):
    SHEET = "a4"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class PrintedCertificate:
    data: bytes
    name: str


@transaction.atomic
def print_certificate(*, number: str, size: PaperSize, actor: Actor, now: dt.datetime) -> PrintedCertificate:
    """The PDF of a certificate that the actor may read. Raises CertificateNotFound for any other."""
    row = certificate_of(actor=actor, number=number)
    draw = draw_card if size == PaperSize.CARD else draw_sheet
    data = draw(_sheet(row, now))
    record(actor=actor, now=now, action="certificate.printed", target=row, after={"size": size.value})
    return PrintedCertificate(data, f"certificate-{row.number}.pdf")


def link_of(row: Certificate) -> str:
    """The address behind the QR code: verification with the signature of what is printed."""
    payload, signature = sign(statement_of(row))
    path = VERIFY_PATH.format(number=row.number)
    return f"{settings.PUBLIC_URL}{path}?{urlencode({'p': payload, 's': signature})}"


def _sheet(row: Certificate, now: dt.datetime) -> Sheet:
    kind = kind_of(row.kind)
    county = public_division(pad(row.division_id[:COUNTY_DIGITS])).name
    says = str(kind.says) or gettext("经审核，符合县域物流服务的要求，特发此证。")
    state = live_state(row.state, row.valid_until, county_day(now))
    note = "" if state == CertificateState.VALID else gettext("这张证书%(state)s") % {"state": state.label}
    return Sheet(
        title=str(kind.label), number=row.number, holder=row.holder_name, says=says, term=_term(row),
        issuer=gettext("%(county)s县域物流主管部门") % {"county": county},
        issued=f"{county_day(row.issued_at):%Y-%m-%d}", link=link_of(row), note=note,
        facts=kind.rows(row.facts),
    )  # fmt: skip


def _term(row: Certificate) -> str:
    if row.valid_until is None:
        return gettext("自 %(first)s 起，长期") % {"first": f"{row.valid_from:%Y-%m-%d}"}
    return gettext("%(first)s 至 %(last)s") % {
        "first": f"{row.valid_from:%Y-%m-%d}", "last": f"{row.valid_until:%Y-%m-%d}",
    }  # fmt: skip
