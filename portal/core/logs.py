"""Logging that can't leak a phone number or an identity number."""

import logging
import re

_DIGITS = re.compile(r"(?<![\dA-Za-z-])(?:\+?86)?1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")


class ScrubFilter(logging.Filter):
    """Replaces phones and identity numbers in the final message of a record, whoever wrote it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        scrubbed = _DIGITS.sub("***", message)
        if scrubbed != message:
            record.msg, record.args = scrubbed, ()
        return True
