"""Errors a person or program can act on: a stable code, what is wrong, what to do next."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.tracing import request_id


class DomainError(Exception):
    """A refusal by the rules of the portal.

    `code` is stable English for programs. `message` says what is wrong and `hint` what to do next, both
    in the reader's language. `fields` maps input names to sentences. `status` is the HTTP status of the faces.
    """

    status = 400
    code = "bad_request"
    message: Any = _("请求有误。")
    hint: Any = _("请检查后重试。")

    def __init__(self, message=None, *, code=None, hint=None, fields: dict[str, Any] | None = None, retry_after=None):
        self.message = message or self.message
        self.code = code or self.code
        self.hint = hint or self.hint
        self.fields = fields or {}
        self.retry_after = retry_after
        super().__init__(self.code)  # the code only: messages may be shown, codes may be logged

    def as_dict(self) -> dict[str, Any]:
        """The body every JSON face answers with. `request_id` names the request, also in our log."""
        body: dict[str, Any] = {"code": self.code, "message": str(self.message), "hint": str(self.hint)}
        if self.fields:
            body["fields"] = {name: str(text) for name, text in self.fields.items()}
        if named := request_id():
            body["request_id"] = named
        return {"error": body}


class BadInput(DomainError):
    code = "bad_input"
    message = _("填写的内容有误。")
    hint = _("请按提示改正后重新提交。")


class UnfitText(BadInput):
    """A zero byte or half a character, which no part of the portal can keep."""

    code = "unfit_text"
    message = _("内容里有不能保存的字符（零字节或残缺的字符）。")
    hint = _("请去掉不可见字符，或检查发送程序的编码。")


class NotUtf8(BadInput):
    """A form that says it is written in another charset than UTF-8."""

    code = "not_utf8"
    message = _("表单不是 UTF-8 编码。")
    hint = _("请用 UTF-8 编码重新发送，并把 Content-Type 的 charset 设为 utf-8 或去掉。")


class NotJson(BadInput):
    code = "not_json"
    message = _("请求不是有效的 JSON。")
    hint = _("请用 UTF-8 编码的 JSON 重新发送。")


class SignInNeeded(DomainError):
    status = 401
    code = "sign_in_needed"
    message = _("需要先登录。")
    hint = _("请登录后重试。")


class Forbidden(DomainError):
    status = 403
    code = "forbidden"
    message = _("您没有这项权限。")
    hint = _("如确需办理，请联系本单位管理员开通。")


class NotFound(DomainError):
    """Also the answer for somebody else's record, so that its existence does not show."""

    status = 404
    code = "not_found"
    message = _("没有找到。")
    hint = _("请核对号码或链接是否完整。")


class WrongMethod(DomainError):
    status = 405
    code = "wrong_method"
    message = _("这个网址不能直接打开。")
    hint = _("请返回上一页，或从首页重新开始。")


class NotAcceptable(DomainError):
    status = 406
    code = "not_acceptable"
    message = _("不能以所要求的格式回答。")
    hint = _("请把 Accept 设为 application/json。")


class Conflict(DomainError):
    status = 409
    code = "conflict"
    message = _("当前状态不能这样操作。")
    hint = _("请刷新后查看最新状态。")


class LengthNeeded(DomainError):
    """A body in pieces without its length: we would read nothing of it."""

    status = 411
    code = "length_needed"
    message = _("请求没有写明长度。")
    hint = _("请写明 Content-Length，不要用 Transfer-Encoding: chunked 分块发送；这次没有收到任何内容。")


class TooLarge(DomainError):
    status = 413
    code = "too_large"
    message = _("内容过大。")
    hint = _("请分批提交。")


class WrongFormat(DomainError):
    status = 415
    code = "wrong_format"
    message = _("不能读取这种格式的请求。")
    hint = _("请按接口说明设置 Content-Type。")


class TooMany(DomainError):
    status = 429
    code = "too_many"
    message = _("操作太频繁。")
    hint = _("请稍后再试。")


class Unavailable(DomainError):
    status = 503
    code = "unavailable"
    message = _("系统正在恢复，暂时不能处理。")
    hint = _("请稍后重试，已提交的内容不会丢失或重复。")


class Busy(DomainError):
    """Somebody else holds what is needed, or it takes too long: given up within seconds, and nothing is kept."""

    status = 503
    code = "busy"
    message = _("这里正忙，没有等到。")
    hint = _("请过几秒重试，已提交的内容不会丢失或重复。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"retry_after": 2, **kwargs})


class StorageFull(DomainError):
    """Files or rows cannot be written: a disk is full or read-only. What needs no writing goes on."""

    status = 503
    code = "storage_full"
    message = _("存储空间不足，暂时不能保存。")
    hint = _("查询不受影响。请稍后重试；若仍不行，请联系县级中心清理磁盘。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"retry_after": 60, **kwargs})


class ClockWrong(DomainError):
    """The machine's clock is off: what a date decides would be decided wrongly, so nothing is."""

    status = 503
    code = "clock_wrong"
    message = _("服务器的时钟不准，暂停服务。")
    hint = _("请联系县级中心校准时钟，校准后自动恢复。")
