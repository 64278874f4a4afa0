"""What a browser keeps so that a scan page opens without a line: the service worker, and its page without a page.

Kept pages are bare (`?bare=1`, views/scan.py): no parcel, no person, no token. Why:
docs/decisions/scan-page-offline.md.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET

from logistics.desk.states import Task
from logistics.desk.views.tasks import PAGES
from portal.core.access import public

_PARTS = ("static/js/desk", "static/css", "static/js/parts.js", "templates/desk", "templates/base.html")


@lru_cache(maxsize=1)
def version() -> str:
    """Changes with anything that kept pages are made of, so that a new release leaves nothing of the old one."""
    found = hashlib.sha256()
    for part in _PARTS:
        root = settings.BASE_DIR / part
        for file in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if file.is_file():
                found.update(file.read_bytes())
    return found.hexdigest()[:12]


def keeping(task: Task) -> dict[str, Any] | None:
    """What the page of `task` tells its service worker; None for a page that can do nothing without a line."""
    if not PAGES[task].alone:
        return None
    page = reverse(f"desk_{task.value}")
    return {"worker": reverse("desk_worker"), "scope": reverse("work"), "page": f"{page}?bare=1"}


@public("a script that holds nothing of anybody")
@cache_control(no_cache=True)
@require_GET
def worker(request):
    context = {"version": version(), "away": reverse("desk_away")}
    return render(request, "desk/worker.js", context, content_type="text/javascript; charset=utf-8")


@public("says that there is no line, and names pages")
@never_cache
@require_GET
def away(request):
    pages = [(page.task.label, reverse(f"desk_{page.task.value}")) for page in PAGES.values() if page.alone]
    return render(request, "desk/away.html", {"pages": pages, "bare": True})
