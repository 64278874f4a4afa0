"""What can be wrong with a file as a whole, by code: kept as a code, told in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput

_SAVE_AGAIN = _("请用表格软件打开后另存为 .xlsx，再重新上传。")
_SPLIT = _("请拆成几个文件分别上传。")
_FROM_TEMPLATE = _("请下载模板，按模板整理后重新上传。")

# Code → what is wrong, what to do. Places in the sentences are filled from the problem's `data`.
SENTENCES: dict[str, tuple[Any, Any]] = {
    "bad_file": (_("这个文件无法读取。"), _FROM_TEMPLATE),
    "empty_file": (_("文件是空的。"), _FROM_TEMPLATE),
    "bad_workbook": (_("这个工作簿已损坏或不是 .xlsx 文件。"), _SAVE_AGAIN),
    "encrypted": (_("这个工作簿有密码保护。"), _("请取消密码后重新上传。")),
    "unpacks_too_large": (
        _("这个工作簿解压后异常巨大，已拒绝打开。"), _("请把需要的数据复制到模板里，另存后重新上传。"),
    ),
    "takes_too_long": (
        _("这个工作簿里除了数据还有太多别的内容，读取时间过长。"),
        _("请把需要的数据复制到模板里，另存后重新上传。"),
    ),
    "old_excel": (
        _("这是旧版 .xls（或 .et）文件，还不能直接读取。"), _("请用表格软件打开后另存为 .xlsx，再重新上传。"),
    ),
    "web_page": (
        _("这是网页格式的文件，只是名字像 Excel 表格。"),
        _("请用 WPS 或 Excel 打开，另存为“Excel 工作簿 (.xlsx)”，再重新上传。"),
    ),
    "binary_workbook": (_("这是二进制工作簿 .xlsb。"), _SAVE_AGAIN),
    "open_document": (_("这是 OpenDocument 表格 .ods。"), _SAVE_AGAIN),
    "other_document": (_("这不是表格，而是别的文档。"), _("请把数据放进模板里，另存为 .xlsx 或 CSV 后重新上传。")),
    "packed": (_("这是压缩包。"), _("请先解压，再上传里面的表格。")),
    "pdf": (_("这是 PDF 文件，不是表格。"), _("请向对方索取 .xlsx 或 CSV 文件。")),
    "several_sheets": (
        _("工作簿里有几张工作表都有数据：%(names)s。"), _("请每张工作表单独存为一个文件上传。"),
    ),
    "no_sheet": (
        _("没有可见的、有数据的工作表。"),
        _("请取消隐藏工作表，或按模板填写；都不是的，请另存为“Excel 工作簿 (.xlsx)”。"),
    ),
    "too_many_columns": (_("第 %(line)s 行超过 200 列。"), _("请删除用不到的列后重新上传。")),
    "unknown_encoding": (
        _("文件的文字编码无法识别。"), _("请另存为“CSV UTF-8（逗号分隔）”或 .xlsx 后重新上传。"),
    ),
    "no_header": (
        _("找不到表头，缺少这些列：%(columns)s。"), _("请下载模板，保留第一行的列名，再填写数据。"),
    ),
    "columns_missing": (_("找不到这些列：%(columns)s。"), _("请下载模板，保留第一行的列名。")),
    "column_twice": (_("这几列说的是同一件事：%(columns)s。"), _("请只保留其中一列，再重新上传。")),
    "merged_cells": (
        _("单元格 %(range)s 是合并的，无法判断属于哪一列。"), _("请取消合并，每格填写完整，再重新上传。"),
    ),
    "broken_off": (_("处理时出错，已处理的行保留。"), _("请重新上传同一文件，重复的行不会重复登记。")),
    "no_rows": (_("表头下面没有数据。"), _("请从表头的下一行开始填写。")),
    "too_many_rows": (_("超过 %(limit)s 行。"), _SPLIT),
}  # fmt: skip


def sentences(code: str, data: dict[str, Any]) -> tuple[str, str]:
    """Message and hint of a problem in the active language; of an unknown code those of `bad_file`."""
    message, hint = SENTENCES.get(code) or SENTENCES["bad_file"]
    try:
        return str(message) % data if data else str(message), str(hint)
    except (KeyError, ValueError, TypeError):
        return str(SENTENCES["bad_file"][0]), str(hint)


class FileProblem(BadInput):
    """The file can't be read at all; nothing of it was taken.

    `code` is one of SENTENCES and `data` fills the places in its sentence, so that both can be kept and told again in
    another language. A `message` of one's own stands for itself.
    """

    def __init__(self, code: str = "bad_file", message=None, *, hint=None, **data: Any):
        self.data = data
        said, advised = sentences(code, data)
        super().__init__(message or said, code=code, hint=hint or advised)


class OutOfTime(Exception):
    """Reading used up the processor time it was given."""
