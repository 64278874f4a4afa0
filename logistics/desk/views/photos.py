"""Pictures come in and are looked at. The upload is stopped at its limit, before anything reads the form."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from logistics.parcels.selectors import parcel_by_number
from logistics.parcels.selectors_handovers import handover_detail
from logistics.parcels.services.parties import HandoverNotFound
from logistics.parcels.services.photos import PhotoOfWhat, add_photo, look_at_photo
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.images import MAX_BYTES, ImageTooLarge
from portal.core.uploads import limit_upload


@csrf_exempt  # checked below, once the upload has its limit: the check itself would read the whole form
@needs(Permission.EVENT_RECORD, Permission.PARCEL_DELIVER, Permission.HANDOVER_TAKE)
@require_POST
def photo_add(request):
    """Multipart `file`, `kind`, and `parcel` (any number of it) or `handover` (its id) → {"photo": id}."""
    limit_upload(request, limit=MAX_BYTES, refusal=ImageTooLarge)
    return _add(request)


@csrf_protect
def _add(request):
    file = request.FILES.get("file")
    if file is None:
        raise PhotoOfWhat()
    photo = add_photo(kind=request.POST.get("kind", ""), file=file, actor=request.actor, now=now(), **_subject(request))
    return JsonResponse({"photo": str(photo.pk)}, status=201)


def _subject(request) -> dict:
    number, handover_id = request.POST.get("parcel", ""), request.POST.get("handover", "")
    if number:
        return {"parcel": parcel_by_number(actor=request.actor, number=number)}
    return {"handover": handover_of(request, handover_id).view.handover}


def handover_of(request, handover_id):
    """The handover page's record. Raises HandoverNotFound also for an id that is none."""
    try:
        found = handover_detail(actor=request.actor, handover_id=uuid.UUID(str(handover_id)))
    except ValueError:
        found = None
    if found is None:
        raise HandoverNotFound()
    return found


@needs(Permission.PARCEL_VIEW_PERSONAL, Permission.HANDOVER_GIVE, Permission.HANDOVER_TAKE)
@never_cache
@require_GET
def photo_file(request, photo_id):
    """The picture itself, for who may see it; looking at somebody else's is noted."""
    photo, data = look_at_photo(photo_id=photo_id, actor=request.actor, now=now())
    response = HttpResponse(data, content_type="image/jpeg")
    response["Content-Disposition"] = f'inline; filename="{photo.pk}.jpg"'
    return response
