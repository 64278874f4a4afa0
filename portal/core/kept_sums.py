"""The sums of a sheet as they are kept beside what came of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.labels import INTERNAL
from portal.core.workbooks.tally import Sums

LABELS = dict.fromkeys(("held", "titles", "empty", "footers", "unread_sheets"), INTERNAL)


class KeptSums(models.Model):
    """Lines that a sheet holds and those of them that were skipped; a model adds what came of the others.

    Counted down to the last line that holds anything. `unread_sheets` are names of sheets that were left alone.
    """

    held = models.PositiveIntegerField(_("文件共有行数"), default=0)
    titles = models.PositiveIntegerField(_("标题和表头行"), default=0)
    empty = models.PositiveIntegerField(_("空行"), default=0)
    footers = models.PositiveIntegerField(_("合计行"), default=0)
    unread_sheets = models.JSONField(_("没有读取的工作表"), default=list, blank=True)

    class Meta:
        abstract = True


def kept(sums: Sums) -> dict[str, Any]:
    """The fields of KeptSums."""
    return {
        "held": sums.held,
        "titles": sums.titles,
        "empty": sums.empty,
        "footers": sums.footers,
        "unread_sheets": [name.replace("\x00", "")[:40] for name in sums.unread_sheets[:50]],
    }
