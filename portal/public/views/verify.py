"""Is this certificate real, and does it hold today? By its QR code, or by typing its number. Shows nothing personal."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from logistics.certificates.errors import CertificateNotFound
from logistics.certificates.signing import public_keys
from logistics.certificates.states import CertificateState
from logistics.certificates.verification import Verified, read_number, verify
from portal.core.access import public
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.public.limits import check_walker, count_miss
from portal.public.views.track import private

_WHY = "whoever is shown a certificate may ask whether it holds; the answer has nothing personal"
KEYS_LAST = 3600  # seconds; a new key is announced by the papers signed with it, so an hour does no harm

HEADINGS = {
    CertificateState.VALID: _("证书有效"),
    CertificateState.SUSPENDED: _("证书已暂停"),
    CertificateState.EXPIRED: _("证书已到期"),
    CertificateState.REPLACED: _("证书已换发"),
    CertificateState.REVOKED: _("证书已撤销"),
    CertificateState.CANCELLED: _("证书已注销"),
}
MEANINGS = {
    CertificateState.VALID: _("持证人今天可以按证书上的范围工作。"),
    CertificateState.SUSPENDED: _("持证人暂时不能接新件；手上和在站的包裹照常派送、发放。"),
    CertificateState.EXPIRED: _("持证人续期之前不能接新件；手上和在站的包裹照常派送、发放。"),
    CertificateState.REPLACED: _("这张旧证书不再有效，请看新证书。"),
    CertificateState.REVOKED: _("主管部门撤销了这张证书，持证人不能再以它工作。"),
    CertificateState.CANCELLED: _("这张证书已经停用，持证人不能再以它工作。"),
}


@public(_WHY)
@require_safe
def ask(request):
    """The form; a number in the query leads to its page, a mistyped one comes back with what is wrong."""
    typed = request.GET.get("number", "").strip()[:60]
    if not typed:
        return private(render(request, "verify/ask.html", {"asked": "number" in request.GET}))
    try:
        return private(redirect("certificate_verify", certificate=read_number(typed)))
    except DomainError as error:
        return _refusal(request, typed, error)


@public(_WHY)
@require_safe
def page(request, certificate: str):
    try:
        found = _verified(request, certificate)
    except DomainError as error:
        return _refusal(request, certificate, error)
    context = {"c": found, "heading": HEADINGS[found.state], "meaning": MEANINGS[found.state]}
    return private(render(request, "verify/certificate.html", context))


@public(_WHY)
@require_safe
def answer_json(request, certificate: str):
    try:
        found = _verified(request, certificate)
    except DomainError as error:
        return private(JsonResponse(error.as_dict(), status=error.status), error)
    return private(JsonResponse(_as_dict(found)))


@public("the public half of the keys that sign certificates")
@require_safe
@cache_control(public=True, max_age=KEYS_LAST)
def keys(request):
    """A JSON Web Key Set (RFC 7517, RFC 8037)."""
    return JsonResponse({"keys": public_keys()}, content_type="application/jwk-set+json")


def _verified(request, number: str) -> Verified:
    """Raises Paused for an address that tries many numbers that are none."""
    check_walker(request)
    try:
        return verify(
            typed=number, now=now(), payload=request.GET.get("p", ""), signature=request.GET.get("s", "")
        )  # fmt: skip
    except CertificateNotFound:
        count_miss(request)
        raise


def _refusal(request, typed: str, error: DomainError) -> HttpResponse:
    context = {"error": error, "typed": typed[:60]}
    return private(render(request, "verify/ask.html", context, status=error.status), error)


def _as_dict(found: Verified) -> dict:
    return {
        "number": found.number,
        "kind": found.kind,
        "holder": found.holder,
        "state": found.state.value,
        "since": found.since and found.since.isoformat(),
        "valid_from": found.valid_from.isoformat(),
        "valid_until": found.valid_until and found.valid_until.isoformat(),
        "issued": found.issued.isoformat(),
        "facts": [{"label": label, "value": value} for label, value in found.facts],
        "replaced_by": found.replaced_by or None,
        "paper": found.paper.value,
        "good": found.good,
    }
