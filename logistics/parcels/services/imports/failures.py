"""Why a file was not taken, or failed in the worker, told in the language of whoever asks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import ImportBatch
from logistics.parcels.services.imports.people import SenderStopped
from logistics.parcels.services.imports.storage import FileGone
from members.devices.services import DeviceRevoked
from portal.core.errors import DomainError, TooMany
from portal.core.workbooks import sentences
from portal.core.workbooks.problems import SENTENCES


class TooManyImports(TooMany):
    code = "too_many_imports"
    message = _("还有几个文件正在处理，暂时不能再上传。")
    hint = _("请等其中一个处理完，再上传这个文件。")


class Broken(DomainError):
    """A fault of ours in the middle of a file."""

    code = "broken_off"
    message = _("处理时出错，已处理的行保留。")
    hint = _("请重新上传同一文件，重复的行不会重复登记。")


_OTHERS: dict[str, Any] = {kind.code: kind for kind in (Broken, FileGone, SenderStopped, DeviceRevoked)}


def told(batch: ImportBatch) -> str:
    """What went wrong and what to do. Files that failed before codes were kept show the sentence of that time."""
    if batch.error_code in SENTENCES:
        return "".join(sentences(batch.error_code, batch.error_data))
    if batch.error_code in _OTHERS:
        return f"{_OTHERS[batch.error_code].message}{_OTHERS[batch.error_code].hint}"
    return batch.error
