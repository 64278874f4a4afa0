"""Who reads English reads English: on every page of the portal only names are left in Chinese.

The other way round, no page of a Chinese reader takes its words from a library that has none in Chinese.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.db import transaction

from logistics.registry.models import Enterprise, Station
from members.accounts.models import User
from members.devices.models import Device
from portal.regions.models import Division
from portal.translations import HAN
from tests.meta.matrix_urls import Row, rows
from tests.meta.street import Street
from tests.meta.visits import address, routes

pytestmark = pytest.mark.django_db
ROWS = rows()

# Who reads, and pages that they are sure to have read. A page is read by the first who may open it.
PROMISED = {
    "anonymous": {"home", "track", "account_login"},
    "keeper": {"my_parcels", "work_parcels", "work_parcel"},
    "enterprise_admin": {"firm_staff"},
    "administrator": {"admin:index", "admin:accounts_user_changelist"},
}
# Shows messages as they went out, each in the language of the one it was sent to.
NOT_OURS_TO_SAY = {"developer_messages"}
SPOKEN = ("alt", "aria-label", "placeholder", "title", "value", "content")
# Of Chinese pages: two English words in a row are a sentence nobody translated.
ENGLISH = re.compile(r"(?<![.\w])[A-Za-z]{2,}(?: [a-z]{2,})+(?![.\w])")


class Spoken(HTMLParser):
    """What a page says to eyes and ears; parts marked with another language of their own are left out."""

    def __init__(self, language: str):
        super().__init__()
        self.language, self.words, self.silent = language, [], 0

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        foreign = tag != "html" and not (given.get("lang") or self.language).startswith(self.language)
        if tag in ("script", "style") or foreign or self.silent:
            self.silent += tag not in ("input", "br", "img", "link", "meta", "hr")
        elif given.get("type") != "hidden":
            self.words += [given[name] for name in SPOKEN if given.get(name)]

    def handle_endtag(self, tag):
        self.silent = max(0, self.silent - 1)

    def handle_data(self, data):
        if not self.silent and data.strip():
            self.words.append(data.strip())


def said(page: str, language: str) -> list[str]:
    spoken = Spoken(language)
    spoken.feed(page)
    return spoken.words


def names() -> list[str]:
    """Places, parties and people are called what they are called, in every language."""
    found = {"王小明", "陈发货", "张代收", "3社12号", "马站长", "与行驶证不符", "建册", "王新人", "名册.xlsx", "车.jpg"}
    for model in (Division, Station, Enterprise, User, Device):
        for field in ("name", "short_name", "address"):
            if any(field == known.name for known in model._meta.get_fields()):
                found |= set(model.objects.values_list(field, flat=True))
    return sorted(filter(None, found), key=len, reverse=True)


def first_reader(row: Row) -> str | None:
    return next((name for name in PROMISED if row.method == "GET" and row.answers[name] == "200"), None)


def pages(street: Street, reader: str, language: str):
    """(route, page) of all pages that this reader may open, and none of those named before them."""
    found = routes()
    for key in (row.route for row in ROWS if first_reader(row) == reader and row.route not in NOT_OURS_TO_SAY):
        route = found[key]
        cache.clear()
        with transaction.atomic():
            answer = street.browser(reader).get(address(route, street), headers={"accept-language": language})
            transaction.set_rollback(True)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield key, answer.content.decode()


@pytest.mark.parametrize("reader", PROMISED)
def test_english_pages_have_only_names_in_chinese(street, reader):
    masked_or_initial = r"^\w$|\w(?=\*)"
    plates_and_examples = r"甘L[A-Z0-9]{5,6}|“[^”]*”"  # what is to be typed in Chinese stands in quotes
    called = re.compile("|".join([*map(re.escape, names()), masked_or_initial, plates_and_examples]))
    seen, left = set(), []
    for key, page in pages(street, reader, "en"):
        seen.add(key)
        left += [f"{key}: {words}" for words in said(page, "en") if HAN.search(called.sub("", words))]
    assert "\n".join(left) == ""
    assert seen >= PROMISED[reader]


@pytest.mark.parametrize("reader", PROMISED)
def test_chinese_pages_have_no_english_sentences(street, reader):
    left = []
    for key, page in pages(street, reader, "zh-CN"):
        left += [f"{key}: {words}" for words in said(page, "zh") if not HAN.search(words) and ENGLISH.search(words)]
    assert "\n".join(left) == ""
