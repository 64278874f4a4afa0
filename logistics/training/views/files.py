"""Files of lessons, to whoever may learn. Players ask for a video piece by piece (RFC 9110, 14)."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from logistics.training.services.media import read_captions, read_file
from members.access.states import Permission
from portal.core.access import needs

SHOWN_IN_PAGE = ("image/", "video/")


@needs(Permission.OWN_TRAINING)
@require_safe
@cache_control(private=True, max_age=3600)
def lesson_file(request, course: str, lesson_id: int):
    lesson, piece = read_file(
        code=course, lesson_id=lesson_id, wanted=request.headers.get("Range", ""), actor=request.actor
    )
    response = HttpResponse(piece.data, content_type=lesson.content_type, status=206 if piece.part else 200)
    response["Accept-Ranges"] = "bytes"
    if piece.part:
        response["Content-Range"] = f"bytes {piece.first}-{piece.last}/{piece.size}"
    how = "inline" if lesson.content_type.startswith(SHOWN_IN_PAGE) else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(lesson.file_name)}"
    return response


@needs(Permission.OWN_TRAINING)
@require_safe
@cache_control(private=True, max_age=3600)
def captions(request, course: str, lesson_id: int):
    data = read_captions(code=course, lesson_id=lesson_id, actor=request.actor)
    return HttpResponse(data, content_type="text/vtt; charset=utf-8")
