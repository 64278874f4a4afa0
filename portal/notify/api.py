"""Where providers report what became of a message."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.core.access import by_signature
from portal.core.clock import now
from portal.core.errors import BadInput, NotFound, TooLarge
from portal.notify import sms
from portal.notify.services import take_receipts

MOST_BYTES = 256 * 1024
MOST_RECEIPTS = 1000


class NotReceipts(BadInput):
    code = "not_receipts"


@by_signature("the provider knows the secret at the end of the address (SMS_HOOK_SECRET)")
@csrf_exempt
@require_POST
def receipts(request, provider: str, secret: str):
    """Takes receipts of `provider`. Answers as it expects; a wrong secret or provider is answered as no such page."""
    channel = sms.by_name(provider)
    read = getattr(channel, "read_callback", None)
    known = settings.SMS_HOOK_SECRET
    if not known or not constant_time_compare(secret, known) or read is None:
        raise NotFound()
    if len(request.body) > MOST_BYTES:
        raise TooLarge()
    try:
        found = read(json.loads(request.body))
    except (ValueError, RecursionError):
        raise NotReceipts() from None
    if len(found) > MOST_RECEIPTS:
        raise TooLarge()
    take_receipts(provider=provider, receipts=found, now=now())
    return JsonResponse({"result": 0, "errmsg": "OK"})
