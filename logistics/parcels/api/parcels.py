"""Carriers announce parcels before they arrive."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.response import Response
from rest_framework.views import APIView

from logistics.parcels.api.base import SENT, RawJson, answers, json_body, rows_of
from logistics.parcels.services.intake import ParcelBatch, take_parcels
from logistics.parcels.services.parcels import Outcome, ParcelDraft
from logistics.parcels.states import RowResult
from logistics.parcels.warnings import RowWarning, as_rows
from members.access.states import Permission
from portal.core.access import holders
from portal.core.clock import now

# A row of the API waits for nobody's answer, as a line of a file may.
RESULTS = [result.value for result in RowResult if result != RowResult.ASKED]


class RowAnswer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`result` is accepted, duplicate or refused. `waybill` is our number; of a duplicate, the one it has already.
    `field` names the field of a refused row that is wrong, where one is meant.

    `warnings` tell what of an accepted row could not be used, such as a phone: the parcel is registered all the same;
    of a duplicate, what it says otherwise than the parcel that is registered, which stays as it is.
    """

    index: int
    result: Annotated[str, Meta(extra_json_schema={"enum": RESULTS})]
    waybill: str = ""
    code: str = ""
    message: str = ""
    hint: str = ""
    field: str = ""
    warnings: list[RowWarning] = []


class ParcelAnswer(msgspec.Struct):
    accepted: int
    rows: list[RowAnswer]


class ParcelsView(APIView):
    access = holders(Permission.PARCEL_CREATE, devices=True)
    parser_classes = [RawJson]

    @extend_schema(
        operation_id="parcels_announce",
        summary="Announce 1 to 1,000 parcels",
        description="Idempotent on (carrier, carrier_number). Each row has its own outcome.",
        request={"application/json": rows_of(ParcelBatch, ParcelDraft, "parcels")},
        responses=answers(ParcelAnswer, **SENT),
        tags=["parcels"],
    )
    def post(self, request):
        outcomes = take_parcels(body=json_body(request), actor=request.actor, now=now())
        rows = [_row(index, outcome) for index, outcome in enumerate(outcomes)]
        return Response({"accepted": sum(row["result"] == "accepted" for row in rows), "rows": rows})


def _row(index: int, outcome: Outcome) -> dict[str, Any]:
    row = {"index": index, "result": str(outcome.result.value)}
    if outcome.parcel is not None:
        row["waybill"] = outcome.parcel.waybill
    if outcome.warnings:
        row["warnings"] = as_rows(outcome.warnings)
    if outcome.error is not None:
        row |= {
            "code": outcome.error.code,
            "message": str(outcome.error.message),
            "hint": str(outcome.error.hint),
        }
        if outcome.error.fields:
            row["field"] = next(iter(outcome.error.fields))
    return row
