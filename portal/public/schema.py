"""The public lookup in the description of the API: its doors are plain views, so that they can take the fast lane."""

from __future__ import annotations

from typing import Any

from logistics.certificates.states import CertificateState
from logistics.certificates.verification import Paper
from logistics.parcels.states import Direction, Issue, Stage

TRACK = "/api/v1/track/{number}"
PUSH = "/api/v1/kuaidi100/{key}/"
VERIFY = "/api/v1/verify/{certificate}/"
_TIME = {"type": "string", "format": "date-time"}
_TEXT = {"type": "string"}
_PART = {"type": "string", "pattern": "^[^/]+$"}  # of an address
_STAGE = {"type": "string", "enum": list(Stage.values)}


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [schema, {"type": "null"}]}


def _object(required: dict[str, Any], description: str = "", **optional: Any) -> dict[str, Any]:
    made = {"type": "object", "properties": required | optional, "required": list(required)}
    return made | {"description": description} if description else made


_EVENT = _object(
    {"at": _TIME, "code": _TEXT, "issue": _maybe(_TEXT), "place": _maybe(_TEXT)},
    "What happened, when and where; `text` only after the digits.",
    text=_TEXT,
    station=_maybe(_TEXT),
)
_PARCEL = _object(
    {
        "direction": {"type": "string", "enum": list(Direction.values)},
        "stage": _STAGE,
        "stage_at": _maybe(_TIME),
        "issues": {"type": "array", "items": {"type": "string", "enum": list(Issue.values)}},
        "last_event_at": _maybe(_TIME),
        "county": _maybe(_TEXT),
        "township": _maybe(_TEXT),
        "station": _maybe(_object({"name": _maybe(_TEXT), "hours": _maybe(_TEXT)}, address=_maybe(_TEXT))),
        "at_station": {"type": "boolean", "description": "at the station of collection, not on its shelf yet"},
        "partly_collected": {"type": "boolean", "description": "what had come was collected, other pieces are awaited"},
        "waits": _maybe(
            _object(
                {"day": {"type": "integer", "minimum": 1}, "until": _maybe(_TIME)},
                "on the shelf: the day of its stay, and until when it is kept where it goes back by the clock",
            )
        ),
        "successor": _maybe(_object({"number": _TEXT, "carrier": _maybe(_TEXT), "hotline": _maybe(_TEXT)})),
        "eta": _maybe(_object({"from": _TIME, "until": _TIME})),
        "carrier": _maybe(_object({"name": _TEXT, "hotline": _TEXT})),
        "events": {"type": "array", "items": _EVENT},
    },
    "waybill, variant, village, recipient (masked), texts and pieces are there only after the digits; `pieces` of a "
    "parcel of several at the counter: how many there should be, lie there, were collected.",
    waybill=_TEXT,
    variant=_TEXT,
    village=_maybe(_TEXT),
    recipient=_maybe(_object({"name": _TEXT, "phone": _TEXT})),
    texts={"type": "boolean", "description": "whether the recipient's phone takes text messages"},
    pieces=_maybe(_object({key: {"type": "integer", "minimum": 0} for key in ("of", "here", "given")})),
)
TRACKED = _object({"number": _TEXT, "parcels": {"type": "array", "items": _PARCEL}})
_DAY = {"type": "string", "format": "date"}
VERIFIED = _object(
    {
        "number": _TEXT,
        "kind": _TEXT,
        "holder": _TEXT,
        "state": {"type": "string", "enum": list(CertificateState.values)},
        "since": _maybe(_DAY),
        "valid_from": _DAY,
        "valid_until": _maybe(_DAY),
        "issued": _DAY,
        "facts": {"type": "array", "items": _object({"label": _TEXT, "value": _TEXT})},
        "replaced_by": _maybe(_TEXT),
        "paper": {"type": "string", "enum": [paper.value for paper in Paper]},
        "good": {"type": "boolean"},
    },
    "`paper`: what the signature says of the paper; `unsigned` without `p` and `s`. `good`: valid today and not "
    "altered. A person's name is masked.",
)
_ERROR = _object(
    {
        "error": _object(
            {"code": _TEXT, "message": _TEXT, "hint": _TEXT},
            "`code` is stable, `message` says what is wrong, `hint` what to do next.",
            fields={"type": "object", "additionalProperties": _TEXT},
            request_id=_TEXT,
        )
    }
)
# What any address may answer, whoever asks.
_ALWAYS = {"_400": "Bad input", "_406": "No other format than JSON", "_503": "Try again after Retry-After seconds"}
_KNOWN = {"_401": "Not signed in", "_403": "Not allowed", "_404": "Unknown", "_429": "Too many tries; wait Retry-After"}
_SECONDS = {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}}
_NAME = {"description": "Names this request in our log", "schema": _TEXT}


def _json(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _failures(**texts: str) -> dict[str, Any]:
    return {code.lstrip("_"): _json(_ERROR, text) for code, text in texts.items()}


def _operation(name: str, summary: str, description: str, responses: dict[str, Any], **more: Any) -> dict[str, Any]:
    number = {"in": "path", "name": "number", "required": True, "schema": _PART | {"maxLength": 200}}
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "tags": ["track"],
        "security": [{}],
        "parameters": [number | {"description": "Our waybill number or the carrier's; spaces and case do no harm."}],
        "responses": responses,
        **more,
    }


def _verify_operation() -> dict[str, Any]:
    """`p` and `s` are those of the address behind the QR code."""
    number = {"in": "path", "name": "certificate", "required": True, "schema": _PART | {"maxLength": 60}}
    parts = [
        {"in": "query", "name": name, "required": False, "schema": {"type": "string"}, "description": text}
        for name, text in (("p", "What the paper says."), ("s", "Its Ed25519 signature."))
    ]
    return {
        "operationId": "certificate_verify",
        "summary": "Whether a certificate holds today, and whether its paper was altered",
        "description": "No sign-in. The keys that check signatures offline: /.well-known/certificate-keys.json.",
        "tags": ["certificates"],
        "security": [{}],
        "parameters": [number | {"description": "The certificate's number; spaces and case do no harm."}, *parts],
        "responses": {
            "200": _json(VERIFIED, "OK"),
            **_failures(_400="Not a number", _404="Unknown", _429="Too many unknown numbers; wait Retry-After seconds"),
        },
    }


def _push_operation() -> dict[str, Any]:
    """kuaidi100's own shape, also of errors: https://api.kuaidi100.com/document (subscription push)."""
    told = _object({"result": {"type": "boolean"}, "returnCode": _TEXT, "message": _TEXT})
    texts = {"200": "Taken", "400": "Not readable", "403": "Unknown key or wrong signature", "413": "Too large"}
    form = _object({"param": _TEXT, "sign": _TEXT}, "`param`: JSON; `sign`: md5(param + salt) in capitals.")
    return {
        "operationId": "kuaidi100_push",
        "summary": "A push in the format of kuaidi100",
        "description": "Software written for kuaidi100 pushes here by changing the address. Refused rows are kept.",
        "tags": ["kuaidi100"],
        "security": [{}],
        "parameters": [{"in": "path", "name": "key", "required": True, "schema": _PART}],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {code: _json(told, text) for code, text in (texts | {"503": "Try again later"}).items()},
    }


def _complete(paths: dict[str, Any]) -> None:
    """Adds what every operation may answer besides its own, and the headers of answers."""
    for path, operations in paths.items():
        for operation in operations.values():
            answers = operation["responses"]
            if path != PUSH:
                common = _failures(**_ALWAYS) | ({} if {} in operation.get("security", []) else _failures(**_KNOWN))
                answers.update({code: answer for code, answer in common.items() if code not in answers})
            for code, answer in answers.items():
                answer.setdefault("headers", {})["X-Request-Id"] = _NAME
                if code in ("429", "503"):
                    answer["headers"]["Retry-After"] = _SECONDS
            operation["responses"] = dict(sorted(answers.items()))


def describe_public_api(result: dict[str, Any], generator, request, public: bool) -> dict[str, Any]:
    """drf-spectacular's post-processing hook: adds the lookup, which is no REST framework view."""
    limits = {"_429": "Too many tries; wait Retry-After seconds"}
    result["paths"][TRACK] = {
        "get": _operation(
            "track_read",
            "Where a parcel is, by its number alone",
            "No sign-in. Stage, open issues, last time, township, station and carrier; nobody's name or phone.",
            {"200": _json(TRACKED, "OK"), **_failures(_400="Not a number", _404="Not reported yet", **limits)},
        ),
        "post": _operation(
            "track_open",
            "The whole journey, by number and last four digits",
            "The digits of the recipient's or sender's phone. An unknown number and wrong digits answer alike.",
            {
                "200": _json(TRACKED, "OK"),
                **_failures(_400="Wrong digits or not a number", _411="Without Content-Length", **limits),
            },
            requestBody={
                "required": True,
                "content": {
                    "application/json": {"schema": _object({"digits": {"type": "string", "examples": ["1234"]}})}
                },
            },
        ),
    }
    result["paths"][VERIFY] = {"get": _verify_operation()}
    result["paths"][PUSH] = {"post": _push_operation()}
    _complete(result["paths"])
    result["paths"] = dict(sorted(result["paths"].items()))
    return result
