"""What reaches the log names nobody and no parcel."""

from __future__ import annotations

import logging

import pytest

from portal.core.logs import ScrubFilter


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Not Found: /work/scan/give-out/XNQENJC1H3W1X2/", "Not Found: /work/scan/give-out/***/"),
        ("Not Found: /t/YT0911950301517", "Not Found: /t/***"),
        ("Forbidden: /work/print/proofs/78095324101477.pdf", "Forbidden: /work/print/proofs/***.pdf"),
        ("no route to 13809331001", "no route to ***"),
        ("card 620825199001011234", "card ***"),
        (
            "Not Found: /work/handovers/01920000-0000-7000-8000-00000000abcd/",
            "Not Found: /work/handovers/01920000-0000-7000-8000-00000000abcd/",
        ),
        ("Not Found: /stations/V100201/", "Not Found: /stations/V100201/"),
    ],
)
def test_log_lines_are_scrubbed(written, kept):
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "%s", (written,), None)
    assert ScrubFilter().filter(record)
    assert record.getMessage() == kept
