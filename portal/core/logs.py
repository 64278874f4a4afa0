"""Logging that can't leak a phone number, an identity number or the number of a parcel."""

import logging
import re

from portal.core.tracing import request_id

_DIGITS = re.compile(r"(?<![\dA-Za-z-])(?:\+?86)?1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")
# In an address: our own waybills, and what carriers' numbers look like (the number of a parcel is personal data).
_PARCELS = re.compile(r"(?<=/)(?:XN[0-9A-Z]{12}|[A-Z]{0,4}\d{9,20}[A-Z]{0,2})(?![0-9A-Za-z-])")


class RequestFilter(logging.Filter):
    """Gives each record the id of the request it was written for; `-` outside one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id() or "-"
        return True


class OneLineFilter(logging.Filter):
    """What a stranger provokes by a forged request (host, filter, cookie, form) leaves one line and no traceback.

    Django tells these to `django.security.*`, and to `django.request` what it refuses with a status of 400 to 499, with
    the traceback of some sixty lines: anybody could fill the log. So would everybody together while the database is
    away: a 503 leaves its line, and `portal.core.outages` says why. A traceback stays for what is a fault of ours.
    """

    MOST = 300  # characters; a header may hold thousands

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", 500)
        refused = record.name == "django.request" and (status < 500 or status == 503)
        if refused or record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
            record.msg, record.args = record.getMessage().replace("\n", " ")[: self.MOST], ()
        return True


class ScrubFilter(logging.Filter):
    """Replaces phones, identity numbers and parcels in the final message of a record, whoever wrote it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        scrubbed = _PARCELS.sub("***", _DIGITS.sub("***", message))
        if scrubbed != message:
            record.msg, record.args = scrubbed, ()
        return True
