"""What the forms of people share: uploads stopped at their limit, and refusals shown above what was typed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps

from django.views.decorators.csrf import csrf_exempt, csrf_protect

from portal.core.errors import BadInput, DomainError
from portal.core.images import MAX_BYTES, ImageTooLarge
from portal.core.uploads import limit_upload


def with_picture(view: Callable) -> Callable:
    """A form that may carry one picture: stopped at its limit first, then checked for its token, then read."""
    protected = csrf_protect(view)

    @wraps(view)
    def limited(request, *args, **kwargs):
        if request.method == "POST":
            limit_upload(request, limit=MAX_BYTES, refusal=ImageTooLarge)
        return protected(request, *args, **kwargs)

    return csrf_exempt(limited)


def refusal_of(error: DomainError) -> dict:
    """A refusal for `desk/_refusal.html`. What is no fault of the form is passed on."""
    if error.status >= 500:
        raise error
    return {"message": error.message, "hint": error.hint, "fields": error.fields}


def lines_of(text: str, most: int = 1000) -> list[str]:
    """Numbers as people type or scan them: one a line, or apart by spaces and commas."""
    for mark in ",，、;；\r\t":
        text = text.replace(mark, "\n")
    return [word for line in text.split("\n") for word in line.split()][:most]


def id_of(text: str) -> uuid.UUID:
    """An id as a form carries it. Raises BadInput for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise BadInput() from None
