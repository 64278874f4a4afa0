"""A sender's own refused events, newest first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from logistics.parcels.api.base import PAGED, answers, page_of, read_flag
from logistics.parcels.refusals import SENTENCES
from logistics.parcels.selectors_imports import own_refused_events
from members.access.states import Permission
from portal.core.access import holders


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
            *PAGED,
            OpenApiParameter("open", bool, description="true: without those that were taken later"),
        ],
        responses=answers(RefusedPage),
        tags=["events"],
    )
    def get(self, request):
        entries = own_refused_events(actor=request.actor)
        if read_flag(request, "open"):
            entries = entries.filter(settled_at__isnull=True)
        page, following = page_of(request, entries)
        return Response({"refused": [_entry(e) for e in page], "next": following})


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
