"""Where kuaidi100, or software that speaks like it, pushes tracking to. Answers in its own format."""

from __future__ import annotations

from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from logistics.parcels.services.pushes import BadSignature, UnreadablePush, take_push
from portal.core.access import by_signature
from portal.core.clock import now
from portal.core.gate import own_reading_of_text
from portal.core.outages import refusal_of


@own_reading_of_text  # kuaidi100 is answered in its own format, and one bad row costs that row
@csrf_exempt
@require_POST
@by_signature("the push is signed with the feed's salt, and its address holds an unguessable key")
def push(request, key: str):
    """200 when taken, so that kuaidi100 does not send it again; refused rows inside are kept and no error."""
    try:
        if problem := not_a_form(request):
            return answer("700", problem, 400)
        param, signature = request.POST["param"], request.POST.get("sign", "")
        take_push(key=key, param=param, signature=signature, now=now())
    except BadSignature:
        return answer("500", "签名错误", 403)
    except UnreadablePush as problem:
        return answer("700", f"数据错误: {problem}", 400)
    except BadRequest:  # Django reads forms in UTF-8 only
        return answer("700", "数据错误: 请用 UTF-8 编码的表单", 400)
    except (RequestDataTooBig, TooManyFieldsSent):
        return answer("700", "数据过大", 413)
    except (DatabaseError, InterfaceError, OSError) as error:
        if refusal_of(error) is None:
            raise
        return answer("500", "系统正忙或正在恢复，请稍后重试", 503)
    return JsonResponse({"result": True, "returnCode": "200", "message": "成功"})


def not_a_form(request) -> str:
    """Why there is no `param` to check a signature of; "" when there is one. Says nothing about the key."""
    if "param" in request.POST:
        return ""
    if request.content_type == "application/json":
        return "数据错误: 请用表单 (application/x-www-form-urlencoded) 发送 param 和 sign，不要用 JSON"
    if "param" in request.GET:
        return "数据错误: 请把 param 和 sign 放在表单里，不要放在网址里"
    return "数据错误: 没有收到 param"


def answer(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"result": False, "returnCode": code, "message": message}, status=status)
