"""Where providers report what became of a message, and what people answered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.core.access import by_signature
from portal.core.bodies import decode_json, read_body
from portal.core.clock import now
from portal.core.errors import BadInput, DomainError, NotFound, TooLarge
from portal.notify import sms
from portal.notify.services import take_receipts, take_replies

MOST_BYTES = 256 * 1024
MOST_ROWS = 1000
TAKEN = {"result": 0, "errmsg": "OK"}


class NotReceipts(BadInput):
    code = "not_receipts"


@by_signature("the provider knows the secret at the end of the address (SMS_HOOK_SECRET)")
@csrf_exempt
@require_POST
def receipts(request, provider: str, secret: str):
    """Takes receipts of `provider`. Answers as it expects; a wrong secret or provider is answered as no such page."""
    take_receipts(provider=provider, receipts=_read(request, provider, secret, "read_callback"), now=now())
    return JsonResponse(TAKEN)


@by_signature("the provider knows the secret in the address (SMS_HOOK_SECRET)")
@csrf_exempt
@require_POST
def replies(request, provider: str, secret: str):
    """Takes what people answered to messages of `provider`, as `receipts` takes receipts."""
    take_replies(provider=provider, replies=_read(request, provider, secret, "read_replies"), now=now())
    return JsonResponse(TAKEN)


def _read(request, provider: str, secret: str, reader: str) -> list[Any]:
    read = getattr(sms.by_name(provider), reader, None)
    known = settings.SMS_HOOK_SECRET
    if not known or not constant_time_compare(secret, known) or read is None:
        raise NotFound()
    body = read_body(request, most=MOST_BYTES)
    try:
        found = read(decode_json(body))
    except (DomainError, ValueError):
        raise NotReceipts() from None
    if len(found) > MOST_ROWS:
        raise TooLarge()
    return found
