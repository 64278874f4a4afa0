"""What the description of the API says of a text beyond its type. It describes and refuses nothing: the services do."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from msgspec import Meta


def most(length: int, **more: Any) -> Meta:
    """A text of at most `length` characters."""
    return Meta(extra_json_schema={"maxLength": length}, **more)


def between(least: int, greatest: int, **more: Any) -> Meta:
    """A whole number within these, both included."""
    return Meta(extra_json_schema={"minimum": least, "maximum": greatest}, **more)


def one_of(*kinds: type[TextChoices], or_none: bool = False, **more: Any) -> Meta:
    """A text that is one of the codes of `kinds`; `or_none`: or empty."""
    codes = [code for kind in kinds for code in kind.values]
    return Meta(extra_json_schema={"enum": [*([""] if or_none else []), *codes]}, **more)
