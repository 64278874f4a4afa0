"""Events in: phones, scanners and carriers' systems send batches and may send them again as often as they like."""

from __future__ import annotations

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from logistics.parcels.api.base import SENT, RawJson, answers, json_body, rows_of
from logistics.parcels.services.intake import EventBatch, EventIn, take_events
from logistics.parcels.warnings import RowWarning, as_rows
from members.access.states import Permission
from portal.core.access import holders
from portal.core.clock import now


class Refused(msgspec.Struct):
    """A row that was not taken. It is kept; send it again when it is mended.

    `field` names the field that is wrong, where one is meant; else it is empty.
    """

    index: int
    id: str
    code: str
    message: str
    hint: str
    field: str = ""


class Warned(RowWarning, frozen=True, kw_only=True):
    """Something about a row that was taken all the same. `index` is its place in the batch."""

    index: int


class EventAnswer(msgspec.Struct):
    """`duplicates` and `no_effect` are places in the batch: rows known already, and rows after the journey's end."""

    accepted: int
    duplicates: list[int]
    no_effect: list[int]
    refused: list[Refused]
    warnings: list[Warned]


class EventsView(APIView):
    access = holders(Permission.EVENT_RECORD, devices=True)
    parser_classes = [RawJson]

    @extend_schema(
        operation_id="events_send",
        summary="Send 1 to 10,000 events",
        description="Idempotent on your own event id. Each row is accepted, a duplicate, or refused alone.",
        request={"application/json": rows_of(EventBatch, EventIn, "events")},
        responses=answers(EventAnswer, **SENT),
        tags=["events"],
    )
    def post(self, request):
        taken = take_events(body=json_body(request), actor=request.actor, now=now())
        result = taken.result
        return Response(
            {
                "accepted": result.accepted,
                "duplicates": result.duplicates,
                "no_effect": result.no_effect,
                "refused": [
                    {
                        "index": line.index,
                        "id": taken.sent_ids.get(line.index, ""),
                        "code": line.code,
                        "message": str(line.message),
                        "hint": str(line.hint),
                        "field": line.field,
                    }
                    for line in result.refused
                ],
                "warnings": [
                    {"index": index} | warning
                    for index, told in sorted(result.warnings.items())
                    for warning in as_rows(told)
                ],
            }
        )
