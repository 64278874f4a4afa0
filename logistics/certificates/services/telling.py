"""Telling holders what became of their certificate, in the transaction of the act."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import override

from logistics.certificates.kinds import kind_of
from logistics.certificates.models import Certificate
from logistics.certificates.selectors import told_about
from portal.notify.services import send
from portal.notify.templates import Template

LANGUAGE = "zh-hans"  # text messages are Chinese: nobody chose otherwise


def tell(*, certificate: Certificate, template: Template, key: str, now: dt.datetime, **more: str) -> int:
    """One message to everyone concerned, each once for `key`. Returns how many people that are."""
    with override(LANGUAGE):
        kind = str(kind_of(certificate.kind).label)
    values = {"kind": kind, "number": certificate.number, **more}
    people = told_about(certificate)
    for person in people:
        send(
            template=template.name, recipient=person.phone, parameters=values, language=LANGUAGE, now=now,
            dedupe_key=f"{template.name}:{key}:{person.user_id}", area=certificate.division_id,
        )  # fmt: skip
    return len(people)
