"""Evidence comes in and is looked at. The upload is stopped at its limit, before anything reads the form."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from logistics.licensing.errors import ApplicationNotFound
from logistics.licensing.selectors import application_of, may_write
from logistics.licensing.services.documents import add_document, open_document, remove_document
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.documents import JPEG, DocumentTooLarge
from portal.core.errors import BadInput, DomainError
from portal.core.images import MAX_BYTES
from portal.core.middleware import wants_json
from portal.core.uploads import limit_upload

# A paper opened in the browser may do nothing there: no script, no form, no frame, no other address.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"


class NothingSent(BadInput):
    code = "nothing_sent"
    message = _("没有选择文件。")
    hint = _("请先选择文件或拍照，再点“上传”。")


@csrf_exempt  # checked below, once the upload has its limit: the check itself would read the whole form
@needs(Permission.OWN_APPLICATIONS)
@never_cache
@require_POST
def add(request, application_id, evidence: str):
    """Multipart `file`, one a request, so that the limit is one file's → {"document": id} for a script, or the form."""
    limit_upload(request, limit=MAX_BYTES, refusal=DocumentTooLarge)
    return _add(request, application_id, evidence)


@csrf_protect
def _add(request, application_id, evidence):
    row = application_of(actor=request.actor, id=application_id)
    if not may_write(application=row, actor=request.actor):
        raise ApplicationNotFound()
    back = f"{reverse('apply_form', args=[row.pk])}#d-{evidence}"
    file = request.FILES.get("file")
    try:
        if file is None:
            raise NothingSent()
        kept = add_document(
            application=row, kind=evidence, file=file, name=file.name or "", actor=request.actor, now=now()
        )  # fmt: skip
    except DomainError as error:
        if wants_json(request) or error.status in (403, 404, 409):
            raise
        messages.error(request, f"{error.message} {error.hint}")
        return redirect(back)
    if wants_json(request):
        return JsonResponse({"document": str(kept.pk)}, status=201)
    messages.success(request, _("材料已收到。"))
    return redirect(back)


@needs(Permission.OWN_APPLICATIONS)
@never_cache
@require_POST
def remove(request, document_id):
    row = remove_document(document_id=document_id, actor=request.actor, now=now())
    messages.success(request, _("材料已删除。"))
    return redirect("apply_form", row.pk)


@needs(Permission.OWN_APPLICATIONS, Permission.APPLICATION_VIEW)
@never_cache
@require_safe
def document(request, document_id):
    """The paper with the viewer's mark, for who may see its application. Pictures are shown, a PDF is downloaded."""
    data, content_type, _name = open_document(document_id=document_id, actor=request.actor, now=now())
    response = HttpResponse(data, content_type=content_type)
    shown = "inline" if content_type == JPEG else "attachment"
    extension = "jpg" if content_type == JPEG else "pdf"
    response["Content-Disposition"] = f'{shown}; filename="{document_id}.{extension}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
