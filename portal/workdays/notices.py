"""Days off as the General Office of the State Council published them. Later years are entered by officials."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """One year's notice: holidays as name, first and last day; make-up working days."""

    year: int
    source: str
    published_on: dt.date
    holidays: tuple[tuple[str, str, str], ...]
    work: tuple[str, ...]


NOTICES = (
    Notice(
        2025,
        "国务院办公厅关于2025年部分节假日安排的通知",
        dt.date(2024, 11, 12),
        (
            ("元旦", "01-01", "01-01"),
            ("春节", "01-28", "02-04"),
            ("清明节", "04-04", "04-06"),
            ("劳动节", "05-01", "05-05"),
            ("端午节", "05-31", "06-02"),
            ("国庆节、中秋节", "10-01", "10-08"),
        ),
        ("01-26", "02-08", "04-27", "09-28", "10-11"),
    ),
    Notice(
        2026,
        "国务院办公厅关于2026年部分节假日安排的通知",
        dt.date(2025, 11, 4),
        (
            ("元旦", "01-01", "01-03"),
            ("春节", "02-15", "02-23"),
            ("清明节", "04-04", "04-06"),
            ("劳动节", "05-01", "05-05"),
            ("端午节", "06-19", "06-21"),
            ("中秋节", "09-25", "09-27"),
            ("国庆节", "10-01", "10-07"),
        ),
        ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
    ),
)
