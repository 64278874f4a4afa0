"""Error pages of the framework, in the portal's words."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.core.access import public
from portal.core.bodies import RefusedForm, too_large
from portal.core.errors import BadInput, DomainError, Forbidden, NotFound
from portal.core.middleware import error_response, plain_error
from portal.core.outages import refusal_of


@public("an error page")
def bad_request(request, exception=None):
    if isinstance(exception, RefusedForm):
        return plain_error(request, exception.refusal())
    return plain_error(request, too_large() if isinstance(exception, RequestDataTooBig) else BadInput())


@public("an error page")
def not_found(request, exception=None):
    return error_response(request, NotFound(_("没有这个页面。"), hint=_("请检查网址，或从首页重新开始。")))


@public("an error page")
def forbidden(request, exception=None):
    return error_response(request, Forbidden())


@public("an error page")
def csrf_failed(request, reason=""):
    return error_response(
        request,
        Forbidden(
            _("页面停留太久或浏览器未接受 Cookie。"),
            code="form_expired",
            hint=_("请返回上一页，刷新后重新提交。"),
        ),
    )


@public("an error page")
def server_error(request):
    """500, or 503 when the cause passes: the database restarts, a wait was given up, a disk is full."""
    refusal = refusal_of(sys.exc_info()[1])
    if refusal is not None:
        return plain_error(request, refusal)
    error = DomainError(
        _("系统出错了，我们已记录。"), code="server_error", hint=_("请稍后重试；若仍不行，请联系县级中心。")
    )
    error.status = 500
    return plain_error(request, error)


@public("language and type size are the reader's choice, kept in cookies of their own browser")
@csrf_exempt  # public pages are kept ready-made, so they carry no token; nothing but two cookies of taste can change
@require_POST
def reading_setting(request):
    """Sets the reader's language or type size and goes back to the page they were on."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    if request.POST.get("large_type") in ("0", "1"):
        _keep(response, "large_type", request.POST["large_type"])
    return response


def _keep(response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
