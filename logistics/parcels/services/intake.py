"""Batches that arrive as JSON: read row by row, so that one bad row is refused alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from logistics.parcels.described import one_of
from logistics.parcels.events import MAX_BATCH, BatchResult, NewEvent, RefusedLine, parse_time
from logistics.parcels.services.parcels import Outcome, ParcelDraft, create_parcels
from logistics.parcels.services.record import record_events
from logistics.parcels.services.refused import RefusedRow, keep_refused
from logistics.parcels.services.side_fields import UNREADABLE, readable, shortened
from logistics.parcels.services.sources import source_for
from logistics.parcels.services.vocabulary import Vocabulary
from logistics.parcels.states import EVENT_LABELS, Custodian, Issue, Refusal, RowResult, Variant
from logistics.parcels.warnings import RowWarning
from members.access.states import Permission
from members.devices.services import assert_device_live
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, NotJson, TooLarge
from portal.core.masking import scrub
from portal.core.texts import zero_lone_halves

MAX_PARCELS = 1000
LONGEST_TEXT = 2000
_SIDE_FIELDS = tuple(field for field in UNREADABLE if field in ParcelDraft.__struct_fields__)
_AT_FIELD = re.compile(r"at `\$\.(\w+)")
_MISSING_FIELD = re.compile(r"required field `(\w+)`")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)  # the last: nested without end

_CARRIER = "Enterprise code or a known name (中通, ZTO), when two carriers use one number."
Number = Annotated[str, Meta(max_length=60, description="Our waybill number or the carrier's number.")]


class EventIn(msgspec.Struct, kw_only=True):
    """One event of a batch. Numbers may carry spaces, lower case and full-width digits."""

    number: Number
    code: Annotated[
        str,
        Meta(
            max_length=20,
            description="A code, or a word that carriers use and the county knows.",
            examples=["AT_COUNTY"],
            extra_json_schema={"anyOf": [{"enum": list(EVENT_LABELS)}, {"description": "A known word."}]},
        ),
    ]
    at: Annotated[
        str,
        Meta(max_length=40, description="ISO 8601; without an offset +08:00.", examples=["2026-05-01T12:30:00+08:00"]),
    ]
    id: Annotated[str, Meta(max_length=64, description="Your own id of the event: the key of idempotency.")] = ""
    carrier: Annotated[str, Meta(max_length=24, description=_CARRIER)] = ""
    station: Annotated[str, Meta(max_length=24, description="Station code.")] = ""
    reason: Annotated[str, Meta(max_length=40)] = ""
    text: Annotated[
        str, Meta(max_length=LONGEST_TEXT, description="Free text; personal data is taken out before it is kept.")
    ] = ""
    variant: Annotated[
        str, Meta(max_length=12), one_of(Variant, or_none=True, description="Of DELIVERED: who received it.")
    ] = ""
    issue: Annotated[
        str, Meta(max_length=20), one_of(Issue, or_none=True, description="Of ISSUE_RESOLVED: the issue that ended.")
    ] = ""
    corrects: Annotated[str, Meta(max_length=64)] = ""
    corrects_source: Annotated[str, Meta(max_length=60)] = ""
    custody_kind: Annotated[str, Meta(max_length=10), one_of(Custodian, or_none=True)] = ""
    custody_ref: Annotated[str, Meta(max_length=40)] = ""


class EventBatch(msgspec.Struct, kw_only=True):
    """1 to 10,000 events. `sent_at` is your clock at the moment of sending: it mends a clock that is off."""

    events: Annotated[list[EventIn], Meta(min_length=1, max_length=MAX_BATCH)]
    sent_at: Annotated[str, Meta(max_length=40, examples=["2026-05-01T12:31:00+08:00"])] | None = None


class ParcelBatch(msgspec.Struct, kw_only=True):
    """1 to 1,000 parcels to announce."""

    parcels: Annotated[list[ParcelDraft], Meta(min_length=1, max_length=MAX_PARCELS)]


class _Events(msgspec.Struct):
    events: list[msgspec.Raw]
    sent_at: str | None = None


class _Parcels(msgspec.Struct):
    parcels: list[msgspec.Raw]


def _frame(body: bytes, kind: type):
    try:
        return msgspec.json.decode(zero_lone_halves(body), type=kind)
    except msgspec.ValidationError as error:
        raise BadInput(
            _("请求的结构不对。"),
            code="bad_structure",
            hint=_("请对照接口说明检查：%(where)s") % {"where": str(error)[:200]},
        ) from None
    except _UNREADABLE:
        raise NotJson() from None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch, by places as sent; `sent_ids` are the sender's ids of refused rows, where it gave any."""

    result: BatchResult
    sent_ids: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A row that is no event: what is kept of it, the id its sender gave it (or ""), and the field that is wrong."""

    kept: RefusedRow
    index: int
    sent_id: str
    field: str


def take_events(*, body: bytes, actor: Actor, now: dt.datetime) -> Taken:
    """Record the events of a JSON body `{"sent_at": …, "events": […]}`.

    A row that can't be read is refused alone and kept as it came. Raises BadInput when the body as a whole can't be
    read or is empty, TooLarge beyond 10,000 rows, SignInNeeded when the device was revoked: then nothing stays.
    """
    demand(actor).require(Permission.EVENT_RECORD)
    frame = _frame(body, _Events)
    if not frame.events:
        raise BadInput(_("没有任何事件。"), code="empty_batch", hint=_("events 里至少要有一条。"))
    if len(frame.events) > MAX_BATCH:
        raise TooLarge(_("一批最多 10000 条事件。"), code="too_many_events", hint=_("请分批发送。"))
    sent_at = _sent_at(frame.sent_at)
    good, places, bad, told_of = _read(frame.events)
    with transaction.atomic():
        assert_device_live(actor=actor, now=now)  # keeps a revocation waiting until this batch is through
        source = source_for(actor=actor, now=now)
        result = BatchResult()
        if good:
            result = record_events(
                events=good, source=source, actor=actor, now=now, sent_at=sent_at, ids_of_sender=True
            )
            refused = {line.index for line in result.refused}
            for place, warnings in told_of.items():
                if place not in refused:
                    result.warnings[place] = [*warnings, *result.warnings.get(place, ())]
        keep_refused(rows=[row.kept for row in bad], source=source, now=now)
    sent_ids = {places[line.index]: good[line.index].id for line in result.refused}
    sent_ids |= {row.index: row.sent_id for row in bad}
    return Taken(_merged(result, places, bad, len(frame.events)), sent_ids)


def _sent_at(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        return parse_time(text)
    except ValueError:
        raise BadInput(
            _("sent_at 不是有效的时间。"),
            code="bad_sent_at",
            hint=_("请写成 2026-05-01T12:30:00+08:00 的样式，或省略。"),
        ) from None


def _read(
    raws: list[msgspec.Raw],
) -> tuple[list[NewEvent], list[int], list[_Unreadable], dict[int, list[RowWarning]]]:
    """The readable events with their places in the batch, the others as rows to keep, and what is told of the first."""
    decoder = msgspec.json.Decoder(EventIn)
    good: list[NewEvent] = []
    places: list[int] = []
    bad: list[_Unreadable] = []
    told_of: dict[int, list[RowWarning]] = {}
    words = Vocabulary()
    for index, raw in enumerate(raws):
        try:
            row, warnings = _event(raw, decoder)
        except _UNREADABLE as error:
            bad.append(_unreadable(raw, index, error))
            continue
        event = NewEvent(**{name: getattr(row, name) for name in NewEvent.__struct_fields__})
        event.text = scrub(event.text) if event.text else ""
        if event.code not in EVENT_LABELS:
            event.code = words.event(event.code) or event.code
        event.carrier = _carrier(event.carrier, words)
        if warnings:
            told_of[len(good)] = warnings
        good.append(event)
        places.append(index)
    return good, places, bad, told_of


def _draft(raw: msgspec.Raw) -> tuple[ParcelDraft, list[RowWarning]]:
    """A parcel as sent; a side field of a wrong type or beyond its bounds is left out and told. Raises _UNREADABLE."""
    content: Any = msgspec.json.decode(raw)
    warnings: list[RowWarning] = []
    if isinstance(content, dict):
        content, warnings = readable(content, _SIDE_FIELDS)
    return _clean(msgspec.convert(content, ParcelDraft), raw), warnings


def _event(raw: msgspec.Raw, decoder: msgspec.json.Decoder) -> tuple[EventIn, list[RowWarning]]:
    """The same of an event, whose only side field is its text."""
    try:
        return _clean(decoder.decode(raw), raw), []
    except msgspec.ValidationError as error:
        if _field_of(error) != "text":
            raise
    content, warnings = readable(msgspec.json.decode(raw), ("text",))
    content["text"] = shortened(content.get("text", ""), LONGEST_TEXT, "text", warnings)
    return _clean(msgspec.convert(content, EventIn), raw), warnings


def _carrier(text: str, words: Vocabulary) -> str:
    """The enterprise's code by any known name; what nobody knows stays, to be answered as it was sent."""
    return (words.carrier(text) or text) if text else ""


def _clean(row, raw: msgspec.Raw):
    """Raises for zero bytes, which PostgreSQL takes in no text."""
    if b"u0000" in bytes(raw) and (
        spoilt := [name for name, value in msgspec.structs.asdict(row).items() if "\x00" in str(value)]
    ):
        raise msgspec.ValidationError(f"zero byte - at `$.{spoilt[0]}`")
    return row


def _unreadable(raw: msgspec.Raw, index: int, error: Exception) -> _Unreadable:
    """Kept as it came, but for free text and for what is far too long to be an event."""
    content: Any = bytes(raw)[:4000].decode("utf-8", "replace")
    with suppress(*_UNREADABLE):
        content = msgspec.json.decode(raw) if len(raw) <= 4000 else content
    sent = content.get("id") if isinstance(content, dict) else None
    if isinstance(content, dict) and isinstance(content.get("text"), str):
        content["text"] = scrub(content["text"])
    sent_id = sent if isinstance(sent, str) and len(sent) <= 64 else ""
    key = sent_id or "x" + hashlib.sha256(bytes(raw)).hexdigest()[:40]
    kept = RefusedRow(key, Refusal.MALFORMED.value, "null" if content is None else content, index)
    return _Unreadable(kept, index, sent_id, _field_of(error))


def _field_of(error: Exception) -> str:
    """The field that msgspec names, as in "Expected `str`, got `int` - at `$.at`"; "" when it names none."""
    if found := _AT_FIELD.search(str(error)) or _MISSING_FIELD.search(str(error)):
        return found[1]
    return ""


def _merged(result: BatchResult, places: list[int], bad: list[_Unreadable], size: int) -> BatchResult:
    """The result by places in the batch as it was sent."""
    if not bad:
        return result
    from_record = result.event_ids
    result.event_ids = [None] * size
    for place, event_id in zip(places, from_record, strict=True):
        result.event_ids[place] = event_id
    result.duplicates = [places[i] for i in result.duplicates]
    result.no_effect = [places[i] for i in result.no_effect]
    result.warnings = {places[i]: told for i, told in result.warnings.items()}
    refused = [replace(r, index=places[r.index]) for r in result.refused]
    refused += [
        RefusedLine(
            row.index,
            row.kept.code,
            str(_("这一条的字段类型或长度不对。")),
            str(_("请对照接口说明检查各字段。")),
            row.field,
        )
        for row in bad
    ]
    result.refused = sorted(refused, key=lambda line: line.index)
    return result


def take_parcels(*, body: bytes, actor: Actor, now: dt.datetime) -> list[Outcome]:
    """Register the parcels of a JSON body `{"parcels": […]}`, each with its own outcome, in the order sent.

    Raises BadInput when the body can't be read or is empty, TooLarge beyond 1,000 rows.
    """
    demand(actor).require(Permission.PARCEL_CREATE)
    frame = _frame(body, _Parcels)
    if not frame.parcels:
        raise BadInput(_("没有任何包裹。"), code="empty_batch", hint=_("parcels 里至少要有一件。"))
    if len(frame.parcels) > MAX_PARCELS:
        raise TooLarge(_("一批最多 1000 件包裹。"), code="too_many_parcels", hint=_("请分批发送，或用文件导入。"))
    words = Vocabulary()
    outcomes: list[Outcome | None] = []
    drafts: list[ParcelDraft] = []
    told_of: list[list[RowWarning]] = []
    for raw in frame.parcels:
        try:
            draft, warnings = _draft(raw)
            draft.carrier = _carrier(draft.carrier, words)
            drafts.append(draft)
            told_of.append(warnings)
            outcomes.append(None)
        except _UNREADABLE as told:
            message, name = _("这一件的字段类型不对。"), _field_of(told)
            hint = _("请对照接口说明检查各字段。")
            error = BadInput(message, code="malformed", hint=hint, fields={name: message} if name else None)
            outcomes.append(Outcome(RowResult.REFUSED, error=error))
    with transaction.atomic():
        assert_device_live(actor=actor, now=now)
        made = create_parcels(drafts=drafts, actor=actor, now=now) if drafts else []
    for outcome, warnings in zip(made, told_of, strict=True):
        if outcome.result == RowResult.ACCEPTED:
            outcome.warnings[:0] = warnings
    taken = iter(made)
    return [outcome or next(taken) for outcome in outcomes]
