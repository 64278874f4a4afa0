"""Questions from an XLSX file: read behind the portal's guard, judged line by line, taken only when wanted."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import override

from logistics.training.models import Course, Question
from logistics.training.services.bank import Draft, add_questions, problems, true_false
from logistics.training.states import LETTERS, MOST_OPTIONS, QuestionKind, RowResult
from portal.core.actor import Actor
from portal.core.errors import TooLarge
from portal.core.fill_in import Words, write_template
from portal.core.workbooks import FileProblem, Formula, Heading, SheetRow, Sums, Table, read_table

MAX_BYTES = 5 * 1024 * 1024
MOST_ROWS = 2000
READING_SECONDS = 1.5  # of processor time: who sends it waits for the answer
OPTION_HEADINGS = tuple(f"选项{letter}" for letter in LETTERS[:MOST_OPTIONS])
TOPIC, KIND, TEXT, ANSWER, WHY = "专题", "题型", "题目", "答案", "解析"
COLUMNS = (TOPIC, KIND, TEXT, *OPTION_HEADINGS, ANSWER, WHY)
KINDS = {
    "单选": QuestionKind.SINGLE, "单选题": QuestionKind.SINGLE, "多选": QuestionKind.MULTIPLE,
    "多选题": QuestionKind.MULTIPLE, "判断": QuestionKind.TRUE_FALSE, "判断题": QuestionKind.TRUE_FALSE,
    "single": QuestionKind.SINGLE, "multiple": QuestionKind.MULTIPLE, "trueorfalse": QuestionKind.TRUE_FALSE,
}  # fmt: skip
TRUE_WORDS, FALSE_WORDS = {"对", "正确", "√", "是", "TRUE", "T"}, {"错", "错误", "×", "X", "否", "FALSE", "F"}
EXAMPLES = (
    ("收寄验视", "单选", "收寄物品时，应当什么时候验视内件？", "封装以前", "封装以后", "装车以前", "不用验视", "", "",
     "A", "先验视、后封装，才能看清内件。"),
    ("收寄验视", "多选", "下列哪些是禁止寄递的物品？", "鞭炮", "打火机", "书籍", "汽油", "", "", "ABD",
     "易燃易爆物品禁止寄递。"),
    ("实名收寄", "判断", "寄件人拒绝出示身份证件的，不予收寄。", "", "", "", "", "", "", "对", ""),
)  # fmt: skip


class SheetTooLarge(TooLarge):
    code = "sheet_too_large"

    def __init__(self):
        super().__init__(
            _("文件超过 %(limit)s MB。") % {"limit": MAX_BYTES // 1024 // 1024}, hint=_("请拆成几个文件分别上传。")
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file and what became of it; `message` says what is wrong."""

    line: int
    text: str
    result: RowResult
    message: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: taken, duplicate and refused lines are all those of `sums` that were not skipped."""

    lines: list[Line]
    dry_run: bool
    sums: Sums

    def count(self, result: str) -> int:
        return sum(line.result == result for line in self.lines)

    @property
    def taken(self) -> int:
        return self.count(RowResult.TAKEN)

    @property
    def duplicates(self) -> int:
        return self.count(RowResult.DUPLICATE)

    @property
    def refused(self) -> int:
        return self.count(RowResult.REFUSED)


def import_questions(*, course: Course, file: BinaryIO, dry_run: bool, actor: Actor, now: dt.datetime) -> Outcome:
    """Takes the questions of a file into a course; good lines are taken though others are refused.

    Raises FileProblem or SheetTooLarge when the file can't be read as a whole, NotFound outside the actor's area.
    """
    lines, drafts = [], []
    known = set(Question.objects.filter(course=course).values_list("kind", "text"))
    table = _table(file)
    for row in table.rows:
        draft, line = _judge(row, table, known)
        lines.append(line)
        if draft is not None and line.result == RowResult.TAKEN:
            known.add((draft.kind, draft.text))
            drafts.append(draft)
    if not dry_run:
        add_questions(course=course, drafts=drafts, actor=actor, now=now)
    return Outcome(lines, dry_run, table.sums)


def template_file() -> bytes:
    """A workbook to fill in, with an example of each kind."""
    out = io.BytesIO()
    with override("zh-hans"):
        cover = [
            ("题型", "单选、多选或判断"),
            ("选项", f"2 到 {MOST_OPTIONS} 个，从选项A开始依次填写；判断题不填选项"),
            ("答案", "单选填一个字母，多选填几个字母（如 ABD），判断填“对”或“错”"),
            ("解析", "考完以后给考生看，说明为什么"),
        ]
        lists = {COLUMNS.index(KIND): Words(("单选", "多选", "判断"))}
        write_template(
            out, title="题目", header=COLUMNS, examples=EXAMPLES, lists=lists, cover_title="填写说明", cover=cover
        )
    return out.getvalue()


def _table(file: BinaryIO) -> Table:
    """The file, read. Raises FileProblem, SheetTooLarge."""
    file.seek(0, io.SEEK_END)
    if file.tell() > MAX_BYTES:
        raise SheetTooLarge()
    table = read_table(file, _heading, most_rows=MOST_ROWS, seconds=READING_SECONDS)
    if not table.complete:
        raise FileProblem("takes_too_long")
    return table


def _heading(rows: Sequence[SheetRow]) -> Heading:
    for row in rows:
        headings = {re.sub(r"\s", "", _text(cell)).upper(): place for place, cell in enumerate(row.cells)}
        places = {name: headings[name.upper()] for name in COLUMNS if name.upper() in headings}
        if {TOPIC, KIND, TEXT, ANSWER} <= set(places):
            return Heading(row.line, frozenset(places.values()), None, places)
    raise FileProblem("columns_missing", columns="、".join((TOPIC, KIND, TEXT, ANSWER)))


def _values(row: SheetRow, places: Mapping[str, int]) -> dict[str, str]:
    return {name: _text(row.cells[place]) for name, place in places.items() if place < len(row.cells)}


def _text(cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Formula):
        return f"={cell.text.lstrip('=')}"
    if isinstance(cell, bool):
        return "对" if cell else "错"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _judge(line: SheetRow, table: Table, known: set[tuple[str, str]]) -> tuple[Draft | None, Line]:
    row = _values(line, table.heading.found if table.heading else {})
    number, text = line.line, row.get(TEXT, "")
    shown = text[:60]
    if line.fault is not None:
        return None, Line(number, shown, RowResult.REFUSED, line.fault.message)
    if any(value.startswith("=") for value in row.values()):
        return None, Line(number, shown, RowResult.REFUSED, _("有一格是公式，请改为直接填写内容。"))
    kind = KINDS.get(row.get(KIND, "").replace(" ", "").lower())
    if kind is None:
        return None, Line(number, shown, RowResult.REFUSED, _("题型只能是“单选”“多选”或“判断”。"))
    options, sentence = _options(row, kind)
    if sentence:
        return None, Line(number, shown, RowResult.REFUSED, sentence)
    draft = Draft(row.get(TOPIC, ""), kind, text, options, row.get(WHY, ""))
    wrong = problems(draft)
    if wrong:
        return None, Line(number, shown, RowResult.REFUSED, " ".join(wrong.values()))
    if (kind, text) in known:
        return draft, Line(number, shown, RowResult.DUPLICATE, _("题库里或上面已有同样的题目。"))
    return draft, Line(number, shown, RowResult.TAKEN)


def _options(row: dict[str, str], kind: str) -> tuple[tuple[tuple[str, bool], ...], str]:
    answer = re.sub(r"[\s,，、;；]", "", row.get(ANSWER, "")).upper()
    if kind == QuestionKind.TRUE_FALSE:
        if answer in TRUE_WORDS | FALSE_WORDS:
            return true_false(answer in TRUE_WORDS), ""
        return (), _("判断题的答案只能是“对”或“错”。")
    texts = [row.get(name, "") for name in OPTION_HEADINGS]
    while texts and not texts[-1]:
        texts.pop()
    allowed = LETTERS[: len(texts)]
    if not answer or any(letter not in allowed for letter in answer):
        return (), _("答案要写选项的字母，如 A 或 ABD，而且那个选项要填写。")
    return tuple((text, LETTERS[place] in answer) for place, text in enumerate(texts)), ""
