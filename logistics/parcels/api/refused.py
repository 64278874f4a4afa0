"""A sender's own refused events, newest first."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from logistics.parcels.api.base import answers
from logistics.parcels.refusals import SENTENCES
from logistics.parcels.selectors_imports import own_refused_events
from members.access.states import Permission
from portal.core.access import holders
from portal.core.errors import BadInput

MOST = 500


class RefusedEntry(msgspec.Struct):
    """`sent` is the event as it was read, without personal data. `settled_at`: it was taken later after all."""

    key: str
    id: str
    code: str
    message: str
    hint: str
    sent: Any
    times: int
    first_at: dt.datetime
    last_at: dt.datetime
    settled_at: dt.datetime | None


class RefusedPage(msgspec.Struct):
    """`next` is the `after` of the following page, null on the last."""

    refused: list[RefusedEntry]
    next: str | None


class RefusedView(APIView):
    access = holders(Permission.REFUSED_VIEW, Permission.EVENT_RECORD, devices=True)

    @extend_schema(
        operation_id="refused_list",
        summary="Your refused events, newest first",
        parameters=[
            OpenApiParameter("after", str, description="`next` of the page before"),
            OpenApiParameter("limit", int, description="1 to 500, default 100"),
            OpenApiParameter("open", bool, description="true: without those that were taken later"),
        ],
        responses=answers(RefusedPage),
        tags=["events"],
    )
    def get(self, request):
        limit, after = _limit(request.query_params.get("limit", "100")), request.query_params.get("after")
        entries = own_refused_events(actor=request.actor)
        if request.query_params.get("open") in ("1", "true"):
            entries = entries.filter(settled_at__isnull=True)
        if after:
            entries = entries.filter(pk__lt=_key(after))
        page = list(entries[: limit + 1])
        more = len(page) > limit
        return Response(
            {"refused": [_entry(e) for e in page[:limit]], "next": str(page[limit - 1].pk) if more else None}
        )


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MOST:
        raise BadInput(_("limit 应为 1 至 500。"), code="bad_limit")
    return int(text)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise BadInput(_("after 无效。"), code="bad_cursor", hint=_("请使用上一页返回的 next。")) from None


def _entry(event) -> dict[str, Any]:
    message, hint = SENTENCES[event.code]
    return {
        "key": str(event.pk),
        "id": event.source_event_id,
        "code": event.code,
        "message": str(message),
        "hint": str(hint),
        "sent": event.raw,
        "times": event.times,
        "first_at": event.first_at,
        "last_at": event.last_at,
        "settled_at": event.settled_at,
    }
