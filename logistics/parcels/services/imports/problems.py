"""What can be wrong with a file as a whole, and with one line of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput


class FileProblem(BadInput):
    """The file can't be read at all; nothing of it was taken."""

    code = "bad_file"
    message = _("这个文件无法读取。")
    hint = _("请下载模板，按模板整理后重新上传。")


class RowProblem(Exception):
    """One line can't be taken; the others can. `code` is stable, `message` says what is wrong and what to do."""

    def __init__(self, code: str, message):
        self.code, self.message = code, message
        super().__init__(code)
