"""Registers that come and go as files: read, judged line by line, written when confirmed."""

from logistics.licensing.services.registers.outgoing import outgoing_columns
from logistics.licensing.services.registers.run import confirm, judge_lines, resume, start_import, write_lines
from logistics.licensing.services.registers.templates import template_workbook
from logistics.licensing.services.registers.uploads import sweep

__all__ = [
    "confirm",
    "judge_lines",
    "outgoing_columns",
    "resume",
    "start_import",
    "sweep",
    "template_workbook",
    "write_lines",
]
