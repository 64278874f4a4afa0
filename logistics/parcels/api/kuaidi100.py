"""Where kuaidi100, or software that speaks like it, pushes tracking to. Answers in its own format."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from logistics.parcels.services.pushes import BadSignature, UnreadablePush, take_push
from portal.core.access import by_signature
from portal.core.clock import now
from portal.core.outages import refusal_of


@csrf_exempt
@require_POST
@by_signature("the push is signed with the feed's salt, and its address holds an unguessable key")
def push(request, key: str):
    """200 when taken, so that kuaidi100 does not send it again; refused rows inside are kept and no error."""
    try:
        param, signature = request.POST.get("param", ""), request.POST.get("sign", "")
        take_push(key=key, param=param, signature=signature, now=now())
    except BadSignature:
        return answer("500", "签名错误", 403)
    except UnreadablePush as problem:
        return answer("700", f"数据错误: {problem}", 400)
    except (RequestDataTooBig, TooManyFieldsSent):
        return answer("700", "数据过大", 413)
    except (DatabaseError, InterfaceError, OSError) as error:
        if refusal_of(error) is None:
            raise
        return answer("500", "系统正忙或正在恢复，请稍后重试", 503)
    return JsonResponse({"result": True, "returnCode": "200", "message": "成功"})


def answer(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"result": False, "returnCode": code, "message": message}, status=status)
