"""Lookup pages and JSON kept ready-made in the process: the fast lane's store.

A page is kept under the text it was typed as, the language and the type size. It counts as fresh for a second;
after that the database is asked, and only if its JSON differs is the page made anew, so a scan shows at once and
never later than a second. The frame of the page is rendered by Django once per language and size.
"""

from __future__ import annotations

import json
import re
import time
from collections import OrderedDict
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from types import SimpleNamespace
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_request, override

from logistics.parcels.lookup import Number, public_json
from portal.core.templatetags.parts import grouped
from portal.public.cards import card, timeline
from portal.public.words import words

FRESH = 1.0  # seconds during which a page is given again without asking the database
KEPT = 2000  # pages of about 6 KB
_SLOTS = re.compile(r"@@(number|grouped|cards|timeline)@@")


class Page(NamedTuple):
    fresh_until: float
    facts: str
    etag: str
    body: bytes


class Store:
    """A bounded store: the page used longest ago goes first."""

    def __init__(self, size: int):
        self.size = size
        self.pages: OrderedDict[tuple, Page] = OrderedDict()
        self.lock = Lock()

    def get(self, key: tuple) -> Page | None:
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key: tuple, page: Page) -> Page:
        with self.lock:
            self.pages[key] = page
            self.pages.move_to_end(key)
            if len(self.pages) > self.size:
                self.pages.popitem(last=False)
        return page

    def clear(self) -> None:
        with self.lock:
            self.pages.clear()


store = Store(KEPT)
clock = time.monotonic


def fresh(key: tuple) -> Page | None:
    """The kept page, while nobody needs to ask the database."""
    page = store.get(key)
    return page if page is not None and page.fresh_until > clock() else None


def make(key: tuple, number: Number, language: str, large: bool) -> Page | None:
    """The page as the database has it now; None for an unknown number."""
    facts = public_json(number)
    if facts is None:
        return None
    page = store.get(key)
    if page is not None and page.facts == facts:
        return store.put(key, page._replace(fresh_until=clock() + FRESH))
    body = facts.encode() if language == "json" else _html(number, facts, language, large)
    return store.put(key, Page(clock() + FRESH, facts, f'"{blake2b(body, digest_size=9).hexdigest()}"', body))


def _html(number: Number, facts: str, language: str, large: bool) -> bytes:
    w = words(language)
    parcels = json.loads(facts)["parcels"]
    filled = {
        "number": number.text,
        "grouped": grouped(number.text),
        "cards": "".join(card(p, w) for p in parcels),
        "timeline": "".join(timeline(p["events"], w) for p in parcels),
    }
    return "".join(filled[part] if i % 2 else part for i, part in enumerate(_frame(language, large))).encode()


@lru_cache(maxsize=8)
def _frame(language: str, large: bool) -> tuple[str, ...]:
    """The page around the facts: text, slot name, text, … as Django's template renders it."""
    context = {
        "number": "@@number@@",
        "grouped": "@@grouped@@",
        "cards": "@@cards@@",
        "timeline": "@@timeline@@",
        "large_type": large,
        "reading_back": "/t/@@number@@",
        "public_url": settings.PUBLIC_URL,
        "hotline": settings.HOTLINE,
    }
    with override(language):
        return tuple(_SLOTS.split(render_to_string("public/track.html", context)))


@lru_cache(maxsize=512)
def _language(cookie: str, accepted: str) -> str:
    request = SimpleNamespace(COOKIES={settings.LANGUAGE_COOKIE_NAME: cookie}, META={"HTTP_ACCEPT_LANGUAGE": accepted})
    return get_language_from_request(request)


def reader_of(request) -> tuple[str, bool]:
    """Language and large type of the reader, from cookies and browser, as the middleware would find them."""
    cookies = request.COOKIES if "HTTP_COOKIE" in request.META else {}
    language = _language(cookies.get(settings.LANGUAGE_COOKIE_NAME, ""), request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    return language, cookies.get("large_type") == "1"
