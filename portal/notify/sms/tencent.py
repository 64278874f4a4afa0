"""Tencent Cloud SMS through the provider's own SDK (API version 2021-01-11).

Texts are approved there beforehand: a message goes out as template id and ordered variables. Addresses may not be
variables, so the host is part of the approved text and the variable is what follows it. Sources:
https://cloud.tencent.com/document/api/382/55981 (sending), …/382/59177 (codes), …/382/43547 (receipts),
…/382/43548 (answers of phones).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import urllib3
from django.conf import settings
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models as api
from tencentcloud.sms.v20210111.sms_client import SmsClient

from portal.core.clock import COUNTY_TIME
from portal.notify.segments import segments
from portal.notify.sms import Accepted, NeverWorks, NotHere, Outgoing, Receipt, Reply, TryAgain, Unknown
from portal.notify.states import BlockReason

SUCCESS, OK = "SUCCESS", "Ok"
PULL_PAGE = 100
MAINLAND = "+86"
REFUSED_AT_THE_DOOR = (429, 503)  # turned away before anything was done
NEEDED = ("secret_id", "secret_key", "app_id", "sign_name")

BLOCKS = {
    "FailedOperation.PhoneNumberInBlacklist": BlockReason.BLACKLISTED,
    "FailedOperation.PhoneNumberParseFail": BlockReason.INVALID,
    "InvalidParameterValue.IncorrectPhoneNumber": BlockReason.INVALID,
}
# The answer says that something went wrong behind it, perhaps after the message had left.
MAY_BE_SENT = {
    "InternalError",
    "InternalError.OtherError",
    "InternalError.ParseBackendResponseFail",
    "InternalError.SendAndRecvFail",
    "InternalError.Timeout",
    "InternalError.UnknownError",
}
OF_THIS_NUMBER = ("LimitExceeded.PhoneNumber", "LimitExceeded.DeliveryFrequencyLimit")
LATER = ("LimitExceeded", "RequestLimitExceeded", "AuthFailure", "UnauthorizedOperation", "InternalError", "Resource",
         "FailedOperation.InsufficientBalanceInSmsPackage", "FailedOperation.MarketingSendTimeConstraint")  # fmt: skip
NOT_AT_THIS_PROVIDER = ("FailedOperation", "InvalidParameter", "MissingParameter", "Unsupported", "InvalidAction")

# Receipt codes of the carriers that speak of the number itself.
NO_SUCH_NUMBER = {"MK:0001", "CB:0001", "CB:0053", "DB:0101"}
ON_A_BLACKLIST = {"DB:0144"}


class _Client(SmsClient):
    """The SDK drops the HTTP status of an answer that is not 200; what it was decides whether we may try elsewhere."""

    def _check_status(self, resp_inter):
        if resp_inter.status_code != 200:
            raise TencentCloudSDKException(f"HTTP.{resp_inter.status_code}", "")


class TencentChannel:
    name = "tencent"

    def __init__(self) -> None:
        self._made: tuple[Any, SmsClient] | None = None

    def send(self, outgoing: Outgoing) -> Accepted:
        """One message. Raises as portal.notify.sms says; texts of errors are codes, never a number or variable."""
        request = api.SendSmsRequest()
        request.PhoneNumberSet = [outgoing.recipient]
        request.SmsSdkAppId, request.SignName = self._setting("app_id"), self._setting("sign_name")
        request.TemplateId, parameters = self._template(outgoing)
        request.TemplateParamSet = [_without_host(value) for value in parameters]
        request.SessionContext = outgoing.message_id
        answer = self._call(lambda client: client.SendSms(request))
        (status,) = answer.SendStatusSet or [None]
        if status is None:
            raise Unknown("tencent: empty answer")
        if status.Code != OK:
            raise _refusal(status.Code)
        return Accepted(status.SerialNo, status.Fee or self.segments(outgoing))

    def segments(self, outgoing: Outgoing) -> int:
        """Mainland carriers count every character alike, the signature too."""
        signed = f"【{_config()['sign_name']}】{outgoing.text}"
        return segments(signed, wide=outgoing.recipient.startswith(MAINLAND))

    def receipts_of(self, *, recipient: str, since: dt.datetime) -> list[Receipt]:
        """What became of the messages to one phone since then. Raises TryAgain, Unknown."""
        request = api.PullSmsSendStatusByPhoneNumberRequest()
        request.BeginTime, request.Offset, request.Limit = int(since.timestamp()), 0, PULL_PAGE
        request.PhoneNumber, request.SmsSdkAppId = recipient, self._setting("app_id")
        try:
            answer = self._call(lambda client: client.PullSmsSendStatusByPhoneNumber(request))
        except (NotHere, NeverWorks) as error:  # not switched on for this account
            raise TryAgain(str(error), fault=False) from None
        return [
            _receipt(
                reference=row.SerialNo or "",
                status=row.ReportStatus,
                code=row.Description or "",
                phone=row.PhoneNumber or "",
                message_id=row.SessionContext or "",
                at=dt.datetime.fromtimestamp(row.UserReceiveTime, dt.UTC) if row.UserReceiveTime else None,
            )
            for row in answer.PullSmsSendStatusSet or []
        ]

    def read_callback(self, body: Any) -> list[Receipt]:
        """The receipts in a request of Tencent's to our address. Raises ValueError when it is none."""
        if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
            raise ValueError("a list of objects is expected")
        return [
            _receipt(
                reference=str(row.get("sid", "")),
                status=row.get("report_status"),
                code=str(row.get("errmsg", "")),
                phone=f"+{row.get('nationcode', '')}{row.get('mobile', '')}",
                message_id=str(row.get("ext", "")),
                at=_county_time(row.get("user_receive_time")),
            )
            for row in body
        ]

    def read_replies(self, body: Any) -> list[Reply]:
        """The answer of a phone in a request of Tencent's to our address. Raises ValueError when it is none."""
        rows = body if isinstance(body, list) else [body]
        if not all(isinstance(row, dict) and row.get("mobile") for row in rows):
            raise ValueError("an object with a phone is expected")
        return [Reply(f"+{row.get('nationcode', '86')}{row['mobile']}", str(row.get("text", ""))) for row in rows]

    def _template(self, outgoing: Outgoing) -> tuple[str, tuple[str, ...]]:
        """Template id and variables. Several lines: a template made for so many, or one with all lines in a variable.

        Keys of TENCENT_SMS_TEMPLATES: `name`, `name.3` (three lines), `name.list`; `@en` behind it for English,
        without which an English reader gets the Chinese text. Raises NotHere.
        """
        ids = _config()["templates"]
        name, apart, listed = outgoing.template, outgoing.parameters_apart, outgoing.parameters
        wanted = {f"{name}.list": listed} if outgoing.count > 1 else {name: apart, f"{name}.list": listed}
        if outgoing.count > 1:
            wanted = {f"{name}.{outgoing.count}": apart, **wanted}
        suffixes = ("@en", "") if outgoing.language == "en" else ("",)
        for suffix in suffixes:
            for key, parameters in wanted.items():
                if f"{key}{suffix}" in ids:
                    return ids[f"{key}{suffix}"], parameters
        raise NotHere(f"tencent: no template id for {next(iter(wanted))}")

    def _setting(self, key: str) -> str:
        value = _config()[key]
        if not value:
            raise NotHere(f"tencent: {key} is not set")
        return value

    def _client(self) -> SmsClient:
        wanted = _config()
        if self._made is None or self._made[0] != wanted:
            address = urlsplit(wanted["endpoint"])
            http = HttpProfile(
                protocol=address.scheme, endpoint=address.netloc, reqTimeout=settings.SMS_TIMEOUT_SECONDS
            )
            credential = Credential(self._setting("secret_id"), self._setting("secret_key"))
            self._made = dict(wanted), _Client(credential, wanted["region"], ClientProfile(httpProfile=http))
        return self._made[1]

    def _call(self, ask):
        try:
            return ask(self._client())
        except TencentCloudSDKException as error:
            raise _failure(error) from None


def _config() -> dict[str, Any]:
    return cast(dict[str, Any], settings.TENCENT_SMS)


def _without_host(value: str) -> str:
    return value.removeprefix(f"{settings.PUBLIC_URL}/")


def _failure(error: TencentCloudSDKException) -> Exception:
    code = str(error.get_code() or "")
    if code == "ClientNetworkError":
        cause = error.__context__
        return TryAgain(f"tencent: {_type(cause)}") if _never_left(cause) else Unknown(f"tencent: {_type(cause)}")
    if code.startswith("HTTP."):
        status = int(code.removeprefix("HTTP."))
        return TryAgain(f"tencent: {code}") if status in REFUSED_AT_THE_DOOR else Unknown(f"tencent: {code}")
    return _refusal(code)


def _never_left(cause: BaseException | None) -> bool:
    """Whether no connection came about. Whatever breaks later may have happened after the request was read."""
    if isinstance(cause, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
    return isinstance(reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.NameResolutionError))


def _type(cause: BaseException | None) -> str:
    return type(cause).__name__


def _refusal(code: str) -> Exception:
    text = f"tencent: {code}"
    if code in BLOCKS:
        return NeverWorks(text, block=BLOCKS[code])
    if code in MAY_BE_SENT:
        return Unknown(text)
    if code.startswith(OF_THIS_NUMBER):
        return TryAgain(text, fault=False)
    if code.startswith(LATER):
        return TryAgain(text)
    return NotHere(text) if code.startswith(NOT_AT_THIS_PROVIDER) else Unknown(text)


def _receipt(*, reference: str, status: Any, code: str, phone: str, message_id: str, at: dt.datetime | None) -> Receipt:
    block = None
    if code in NO_SUCH_NUMBER or "空号" in code:
        block = BlockReason.INVALID
    elif code in ON_A_BLACKLIST or "BLACK" in code or "黑名单" in code:
        block = BlockReason.BLACKLISTED
    delivered = status == SUCCESS
    return Receipt(reference, delivered, code, phone, message_id, at, None if delivered else block)


def _county_time(text: Any) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=COUNTY_TIME)
    except ValueError:
        return None
