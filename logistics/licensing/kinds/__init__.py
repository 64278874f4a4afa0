"""The kinds of application: one folder each, found by walking this package. A fifth kind is one folder more."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds.spec import Duplicate, Evidence, Field, Item, Kind, Type, Values
from portal.core.errors import NotFound

__all__ = ["KINDS", "Duplicate", "Evidence", "Field", "Item", "Kind", "Type", "UnknownKind", "Values", "kind_of"]


class UnknownKind(NotFound):
    code = "unknown_kind"
    message = _("没有这种认证。")
    hint = _("请从认证首页选择要办理的种类。")


def _found() -> dict[str, Kind]:
    folders = [module.name for module in pkgutil.iter_modules(__path__) if module.ispkg]
    kinds = [import_module(f"{__name__}.{name}").KIND for name in folders]
    return {kind.code: kind for kind in sorted(kinds, key=lambda kind: kind.rank)}


KINDS: dict[str, Kind] = _found()


def kind_of(code: str) -> Kind:
    """Raises UnknownKind."""
    try:
        return KINDS[code]
    except KeyError:
        raise UnknownKind() from None
