"""What the public reads of a station, kept by its keeper or its enterprise."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from logistics.firms.forms import PhotoForm, StationForm
from logistics.firms.views.common import show
from logistics.registry.finder import public_photos
from logistics.registry.services.presenting import (
    FIELDS,
    MOST_PHOTOS,
    add_photo,
    present_station,
    presented_station,
    presented_stations,
    read_photo,
    remove_photo,
)
from members.access.states import Permission
from portal.core.access import needs, public
from portal.core.clock import now
from portal.core.errors import BadInput, DomainError
from portal.core.images import MAX_BYTES, ImageTooLarge
from portal.core.uploads import limit_upload

MOST_LISTED = 400  # stations of a county


class NoPhoto(BadInput):
    code = "no_photo"
    message = _("没有选照片。")
    hint = _("请先拍一张或选一张，再点上传。")


@needs(Permission.STATION_PRESENT)
@never_cache
@require_GET
def my_stations(request):
    rows = list(presented_stations(actor=request.actor).select_related("division").order_by("code")[:MOST_LISTED])
    if len(rows) == 1:
        return redirect("station_edit", code=rows[0].code)
    return render(request, "firms/my_stations.html", {"rows": rows})


@needs(Permission.STATION_PRESENT)
@never_cache
@require_http_methods(["GET", "POST"])
def station_edit(request, code: str):
    """Hours, services, equipment; saved with effect at once."""
    row = presented_station(actor=request.actor, code=code)
    form = StationForm(request.POST or None, initial={name: getattr(row, name) for name in FIELDS})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                present_station(station=row, fields=form.cleaned_data, actor=request.actor, now=now())
            except DomainError as error:
                show(form, error)
                status = error.status
            else:
                messages.success(request, gettext("已保存，网上已经更新。"))
                return redirect("station_edit", code=code)
    return _page(request, row, form, PhotoForm(), status)


def _page(request, row, form, photo_form, status: int = 200):
    photos = public_photos(row.code)
    context = {
        "station": row, "form": form, "photo_form": photo_form, "photos": photos, "room": len(photos) < MOST_PHOTOS,
    }  # fmt: skip
    return render(request, "firms/station_edit.html", context, status=status)


@csrf_exempt  # checked below, once the upload has its limit: the check itself would read the whole form
@needs(Permission.STATION_PRESENT)
@require_POST
def station_photo_add(request, code: str):
    limit_upload(request, limit=MAX_BYTES, refusal=ImageTooLarge)
    return _add(request, code)


@csrf_protect
def _add(request, code: str):
    row = presented_station(actor=request.actor, code=code)
    photo_form = PhotoForm(request.POST)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise NoPhoto()
        caption = photo_form.cleaned_data["caption"] if photo_form.is_valid() else ""
        add_photo(station=row, file=file, caption=caption, actor=request.actor, now=now())
    except DomainError as error:
        photo_form.add_error(None, f"{error.message}{error.hint}")
        return _page(request, row, StationForm(initial={n: getattr(row, n) for n in FIELDS}), photo_form, error.status)
    messages.success(request, gettext("照片已上传，网上已经更新。"))
    return redirect("station_edit", code=code)


@needs(Permission.STATION_PRESENT)
@require_POST
def station_photo_remove(request, code: str, picture_id: uuid.UUID):
    row = presented_station(actor=request.actor, code=code)
    remove_photo(station=row, photo_id=picture_id, actor=request.actor, now=now())
    messages.success(request, gettext("照片已删除。"))
    return redirect("station_edit", code=code)


@public("how a station looks from the road is for everybody who looks for it")
@require_safe
@cache_control(public=True, max_age=86400, immutable=True)
def station_photo(request, picture_id: uuid.UUID):
    """Raises PhotoNotFound. A picture never changes: another one has another id."""
    return HttpResponse(read_photo(photo_id=picture_id), content_type="image/jpeg")
