"""Looking up a number: `/t/<number>` and its JSON form. Reading takes the fast lane; digits come by POST."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from logistics.parcels.lookup import (
    NotANumber,
    Number,
    details,
    looks_mistyped,
    open_with_digits,
    public_many,
    read_number,
    tail_of,
)
from portal.core.access import public
from portal.core.bodies import decode_json, read_body
from portal.core.clock import now
from portal.core.errors import BadInput, DomainError, NotFound, NotJson, TooLarge
from portal.core.limits import Paused, caller_of, remember_browser
from portal.core.limits.work import Challenge
from portal.core.middleware import wants_json
from portal.core.phones import is_mobile
from portal.public import ready
from portal.public.boxes import numbers_in
from portal.public.cards import card, timeline
from portal.public.limits import DIGITS, begin_digits, check_walker, count_miss, subject_of
from portal.public.tickets import keep_opened, opened_before
from portal.public.words import words

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow, noarchive"}
_EXEMPT = "reads only, without a session; its one cookie opens nothing (portal/core/limits/browsers.py)"


class SeeOther(HttpResponseRedirect):
    """After a form: the browser goes on by GET, so that its page can be reloaded and gone back to."""

    status_code = 303


class NotReported(NotFound):
    code = "number_unknown"
    message = _("这个单号还没有报到本县，或者号码有误。")
    hint = _("刚寄出的包裹常要一两天才有消息。请核对单号后再试，或向寄件人、快递企业询问。")
    leads_to = "carriers"  # name of the page that helps on


class PhoneTyped(NotReported):
    message = _("这像手机号，不是单号。")
    hint = _("用手机号看自己的包裹，请登录“我的包裹”；查一个包裹，请输入面单上的单号。")
    leads_to = "my_parcels"


class Mistyped(NotReported):
    message = _("这个单号很可能有一个字符输错了。")
    hint = _("它的校验位对不上。请对照面单逐个字符核对，留意 0 和 O、1 和 I。")


class WrongDigits(BadInput):
    """One answer for an unknown number, wrong digits and a parcel that ended long ago."""

    code = "wrong_digits"
    work: Challenge | None = None  # what the next try needs
    message = _("单号或手机号后四位不对，或者包裹结束已超过 30 天。")
    hint = _(
        "请输入收件人或寄件人手机号的后四位。若面单上是带分机号的虚拟号（如 184…-1234），请输入分机号的后四位。"
        "都不对时，请凭取件码或证件到站点查询。"
    )


class DigitsMissing(BadInput):
    code = "digits_missing"
    message = _("请输入手机号后四位数字。")
    hint = _("收件人或寄件人的手机号都可以，只需最后四位。")


# -- tier 0 --------------------------------------------------------------------------------------------


@public("tier 0 of the lookup: what a number alone may tell (docs/architecture.md)")
@csrf_exempt  # see _EXEMPT
@require_http_methods(["GET", "HEAD", "POST"])
def track(request, number: str):
    if request.method == "POST":
        return answer_digits(request, number)
    language, large = ready.reader_of(request)
    try:
        return _ready_made(request, number, language, large)
    except DomainError as error:
        with override(language):
            return refusal(request, number, error)


track.fast_lane = True


@public("the JSON form of the lookup")
@csrf_exempt  # see _EXEMPT
@require_http_methods(["GET", "HEAD", "POST"])
def track_json(request, number: str):
    """Tier 0 by GET; POST {"digits": "1234"} gives tier 1."""
    if request.method == "POST":
        return answer_digits_json(request, number)
    try:
        return _ready_made(request, number, "json", False)
    except DomainError as error:
        with override(ready.reader_of(request)[0]):
            return _json_refusal(error)


track_json.fast_lane = True


def _ready_made(request, typed: str, language: str, large: bool) -> HttpResponse:
    """The kept page, or one statement and a new page. Raises NotANumber, NotReported, Paused."""
    check_walker(request)
    key = (typed, language, large)
    page = ready.fresh(key)
    if page is None:
        number = read_number(typed)
        page = ready.make(key, number, language, large)
        if page is None:
            count_miss(request)
            raise unknown(number)
    headers = {**PRIVATE, "ETag": page.etag}
    if request.META.get("HTTP_IF_NONE_MATCH") == page.etag:
        return HttpResponseNotModified(headers=headers)
    kind = "application/json" if language == "json" else "text/html; charset=utf-8"
    return HttpResponse(page.body, content_type=kind, headers=headers)


def unknown(number: Number) -> NotReported:
    """Why nothing is known of this number, as far as it shows."""
    if is_mobile(f"+86{number.bare}"):
        return PhoneTyped()
    return Mistyped() if looks_mistyped(number) else NotReported()


def refusal(request, typed: str, error: DomainError, status: int | None = None) -> HttpResponse:
    """A page that says what is wrong with the number, with the form to try again."""
    context = {
        "error": error,
        "typed": typed[:60],
        "reading_back": "/",
        "large_type": request.COOKIES.get("large_type") == "1",
    }
    response = render(request, "public/refusal.html", context, status=status or error.status)
    return private(response, error)


def _json_refusal(error: DomainError) -> HttpResponse:
    return private(JsonResponse(error.as_dict(), status=error.status), error)


def private(response: HttpResponse, error: DomainError | None = None) -> HttpResponse:
    for name, value in PRIVATE.items():
        response[name] = value
    if error is not None and error.retry_after:
        response["Retry-After"] = str(int(error.retry_after))
    return response


# -- tier 1 --------------------------------------------------------------------------------------------


def open_tier1(request, typed: str, digits: str) -> tuple[Number, tuple[int, ...]]:
    """The parcels that number and digits open. Raises Paused, WrongDigits; the same way for unknown numbers."""
    number = read_number(typed)
    if len(tail_of(digits)) != 4:
        raise DigitsMissing
    opened = open_with_digits(number, digits, now())
    attempt = begin_digits(opened.found, number.bare, caller_of(request))  # before anything of the answer shows
    if not opened:
        error = WrongDigits()
        error.work = attempt.ahead
        raise error
    attempt.forgive()
    if not wants_json(request):
        remember_browser(request, DIGITS.kind, subject_of(opened.found, number.bare))
    return number, opened.parcel_ids


def tier1_facts(number: Number, parcel_ids: tuple[int, ...]) -> list[dict]:
    """Tier 0 facts of the opened parcels with what tier 1 adds."""
    more = details(parcel_ids)
    return [facts | more[pk] for pk, facts in public_many([number], earlier=True)[number.text] if pk in more]


def answer_digits(request, typed: str) -> HttpResponse:
    digits = request.POST.get("digits", "")[:40]
    try:
        number, parcel_ids = open_tier1(request, typed, digits)
    except NotANumber as error:
        return refusal(request, typed, error)
    except DomainError as error:
        return wrong(request, typed, error, unread=digits if isinstance(error, Paused) else "")
    response = private(SeeOther(reverse("track_opened", args=[number.text])))
    keep_opened(request, response, number.text, parcel_ids)
    return response


@public("shows what number and digits opened to this browser; to all others it leads to the number alone")
@require_safe
def opened(request, number: str):
    """The whole journey, where the digits were right a while ago: it can be reloaded and gone back to."""
    try:
        asked = read_number(number)
    except NotANumber as error:
        return refusal(request, number, error)
    parcel_ids = opened_before(request, asked.text)
    if not parcel_ids:
        return private(redirect("track", number=asked.text))
    w = words(get_language())
    parcels = tier1_facts(asked, parcel_ids)
    context = {
        "number": asked.text,
        "cards": mark_safe("".join(card(p, w) for p in parcels)),  # noqa: S308  cards escape
        "timeline": mark_safe("".join(timeline(p["events"], w) for p in parcels)),  # noqa: S308
        "texts": any(p["texts"] for p in parcels),
    }
    return private(render(request, "public/opened.html", context))


def wrong(request, typed: str, error: DomainError, back_to: str = "", unread: str = "") -> HttpResponse:
    """The form again, below what the number alone tells. `back_to`: where the form goes; "" for the number's own page.
    `unread`: digits that nobody looked at.
    """
    number = read_number(typed)
    w = words(get_language())
    context = {
        "number": number.text,
        "cards": mark_safe("".join(card(p, w) for _id, p in public_many([number])[number.text])),  # noqa: S308  escaped
        "error": error,
        "reading_back": f"/t/{number.text}",
        "back_to": back_to,
        "unread": unread,
    }
    return private(render(request, "public/wrong.html", context, status=error.status), error)


def answer_digits_json(request, typed: str) -> HttpResponse:
    try:
        body = decode_json(read_body(request, most=1000) or b"{}")
        digits = body.get("digits", "") if isinstance(body, dict) else ""
        number, parcel_ids = open_tier1(request, typed, str(digits)[:40])
    except (NotJson, TooLarge):
        return _json_refusal(BadInput(code="not_json", hint=_('请发送 {"digits": "1234"}。')))
    except DomainError as error:
        return _json_refusal(error)
    return private(JsonResponse({"number": number.text, "parcels": tier1_facts(number, parcel_ids)}))


# -- several numbers -------------------------------------------------------------------------------------

MOST = 20


@public("tier 0 of up to twenty numbers at once")
@csrf_exempt  # see _EXEMPT
@require_http_methods(["GET", "HEAD", "POST"])
def track_many(request):
    """One number leads to its own page; several give a list with an answer for each, wrong ones too.

    What was typed or pasted comes by POST, for it may be a whole message with a code in it; the numbers found in it
    make an address that can be gone back to.
    """
    if request.method == "POST":
        return _sent_on(request, request.POST.get("numbers", "")[:4000])
    typed = list(dict.fromkeys(text[:60] for text in request.GET.getlist("n")))
    if len(typed) < 2:
        return _to_one(request, typed[0]) if typed else private(render(request, "public/many.html"))
    try:
        check_walker(request)
        rows = _rows(typed[:MOST])
        unknown = sum(1 for row in rows if row.get("unknown"))
        if unknown:
            count_miss(request, unknown)
    except DomainError as error:
        return refusal(request, "", error)
    more = request.GET.get("more", "")
    left_out = len(typed) - MOST + (int(more) if more.isascii() and more.isdigit() and len(more) < 5 else 0)
    context = {"rows": rows, "left_out": max(0, left_out), "most": MOST}
    return private(render(request, "public/many.html", context))


def _sent_on(request, text: str) -> HttpResponse:
    typed = numbers_in(text)
    if not typed:
        return private(render(request, "public/many.html", {"asked": True}))
    if len(typed) == 1:
        return _to_one(request, typed[0])
    address = f"{reverse('track_many')}?{urlencode({'n': typed[: MOST + 1]}, doseq=True)}"
    more = f"&more={len(typed) - MOST - 1}" if len(typed) > MOST + 1 else ""
    return private(SeeOther(address + more))


def _to_one(request, typed: str) -> HttpResponse:
    try:
        number = read_number(typed)
    except NotANumber as error:
        return refusal(request, typed, error)
    if is_mobile(f"+86{number.bare}") and not public_many([number])[number.text]:
        return refusal(request, "", PhoneTyped())  # no address carries a phone
    return private(SeeOther(f"/t/{number.text}"))


def _rows(typed: list[str]) -> list[dict]:
    numbers: dict[str, Number] = {}
    for text in typed:
        try:
            numbers[text] = read_number(text)
        except NotANumber:
            continue
    found = public_many(list(numbers.values())) if numbers else {}
    w = words(get_language())
    return [_row(text, numbers.get(text), found, w) for text in typed]


def _row(typed: str, number: Number | None, found: dict[str, list], w) -> dict:
    if number is None:
        return {"number": typed[:60], "error": NotANumber()}
    parcels = found[number.text]
    if not parcels:
        return {"number": number.text, "error": unknown(number), "unknown": True}
    link = f"/t/{number.text}"
    return {
        "number": number.text,
        "cards": mark_safe("".join(card(p, w, "h3", link) for _id, p in parcels)),  # noqa: S308  cards escape
    }


def address_of(number: Number) -> str:
    return f"{settings.PUBLIC_URL}/t/{number.text}"
