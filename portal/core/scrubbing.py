"""Free text of carriers without people in it.

Couriers' and recipients' names, phones, identity numbers, waybill numbers and pickup codes are written into
trace texts by every carrier. Tier 1 of the public lookup shows those texts, so they are taken out before they
are stored: what is hidden becomes `***` and the sentence stays readable. In doubt it hides.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from portal.core.surnames import COMPOUND, SINGLE

HIDDEN = "***"
LONGEST_INPUT = 1000  # twice what is kept: nobody writes a longer trace, and the work per text stays bounded

_ANGLE = re.compile(r"[<>]")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+")
_LINK = re.compile(r"(?:https?://|www\.)[^\s,，。;；)）】]+", re.I)

# -- numbers -------------------------------------------------------------------------------------------
# A run of digits whatever stands between them: spaces, hyphens, dots, brackets, commas, asterisks.
_RUN = re.compile(r"[A-Za-z]{0,6}\d(?:[\W_]{0,12}\d)*(?:[\W_]{0,3}[xX](?![A-Za-z]))?")
_EXTENSION = re.compile(r"(?<=\*\*\*)\s*(?:转|分机|ext\.?)\s*\d{1,6}", re.I)
_DATE = r"20\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?"
_MOMENT = re.compile(rf"(?:{_DATE}|(?:0?[1-9]|1[0-2])[-/](?:0?[1-9]|[12]\d|3[01]))?\s*(?:{_CLOCK}|(?<=\s)\d\d)?")
_HOTLINE = re.compile(r"95\d{3}|1[12]\d{1,3}")  # 95338, 11183, 12305: public service numbers
_MANY_DIGITS = 6
_MASKED = re.compile(r"1[3-9]\d?[*xX×＊•●]{2,9}\d{0,4}")
_TAIL = re.compile(r"((?:尾号|尾数|后四位|末四位|后4位|末4位)[为是:：\s]{0,3})[*\s]{0,4}\d{2,4}")
_SPELT = re.compile(r"(?:[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两][\s,，.·-]?){7,}")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z][·\s]?[A-HJ-NP-Za-hj-np-z0-9]{5,6}(?![A-Za-z0-9])"
)

# -- pickup codes: whoever reads one can take the parcel ----------------------------------------------------
_CODE_WORD = (
    r"(?:取货码|取件码|提货码|提取码|取货号|取件号|提货号|验证码|开箱码|开柜码|取件密码|提货密码|密码|货架号|编号)"
)
_CODE = r"[A-Za-z0-9](?:[A-Za-z0-9]|[-—–\s](?=[A-Za-z0-9])){1,15}"
_CODE_NAMED = re.compile(rf"({_CODE_WORD}[\s:：为是\[【(（「“\"]{{0,4}}){_CODE}")
_CODE_SHOWN = re.compile(
    rf"(凭[\s\[【(（「“\"]{{0,3}}){_CODE}(?=[\s\]】)）」”\"]{{0,3}}(?:到|至|在|前往|去|取|领|提|及时|来))"
)
_CODE_SHAPE = re.compile(r"(?<![\dA-Za-z-])[A-Za-z]?\d{0,3}[-—–]\d{1,3}[-—–]\d{2,6}(?![\d-])")

# -- names ----------------------------------------------------------------------------------------------
_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_SURNAME = rf"(?:{'|'.join(COMPOUND)}|[{SINGLE}])"
_OPEN, _CLOSE = r"[\[【(（「“\"]", r"[\]】)）」”\"]"
_ROLE = (
    r"(?:快递小哥|快递员|派件员|派送员|派件人|业务员|揽件员|揽投员|揽收员|揽件人|收件员|取件员|取件人|配送员|驾驶员|司机|签收人|收件人|收货人"
    r"|寄件人|发件人|联系人|站长|店长|掌柜|老板娘?|店员|负责人|主管|经理|送货员|送件员|投递人|代收人|代签人|代理人|投递员|操作员|经办人|客服|小哥|师傅|签收方|妥投给|转交给?|交给|交由|派送给)"
)
# What can follow a name; a name of two characters is told from one of three by it.
_AFTER = (
    r"(?:已|正|正在|将|会|为|电话|手机|电联|联系|派|配|投|送|揽|收件|收取|代|签|取|进行|处|于|从|在|到|的|和|与|及|并|,|，|。|;|；|:|：|、|\(|（"
    rf"|\[|【|\s|$|\*|!|！|/|{_CLOSE})"
)
# Words that stand after a role and are no names.
_NOT_A_NAME = (
    r"(?!本人|凭|家人|家属|亲属|亲友|同事|邻居|朋友|门卫|前台|保安|物业|他人|收发|代收|驿站|快递|菜鸟|丰巢|自提|超市|站点|本站|信息|姓名|地址|电话|手机|联系"
    r"|号码|正在|正常|已|将|会|为您|为了|在|从|派|送|投|揽|收|取|签|要求|拒|无法|不|没|未|暂|因|与|和|及|的|到|是|上门|请|您|你|确认|改|预约|外出|休息"
    r"|工号|编号|有|来|还|需|可|应|更|错|当|今|昨|明天|于\d|于今|于昨|于当|安排|时间|时|服务|热线|专线|中心|投诉|其他|其它|图片|照片|凭证|反馈|通知|指定)"
)
_NAME = (
    rf"(?:{_SURNAME}{_HAN}{{1,2}}?(?={_AFTER})|{_SURNAME}{_HAN}{{1,2}}"
    rf"|{_HAN}{{1,6}}·{_HAN}{{1,8}}|{_HAN}{{2,4}}?(?={_AFTER}))"
)
_BY_ROLE = re.compile(rf"({_ROLE}(?:姓名)?[\s:：为是]{{0,3}}{_OPEN}?\s*){_NOT_A_NAME}{_NAME}")
_PLACE_END = (
    r"(?<![站店部点镇乡村县市区柜司处网场铺室局所校院库行厅仓路街巷号组社队省州盟旗园楼城屯庄寨湾坪沟])"
    r"(?<!中心)(?<!驿站)(?<!公司)"
)
_FULL_NAME = rf"{_SURNAME}{_HAN}{{1,2}}"
# 的张三(***), 网点张三 ***, 【张三】***: somebody directly before a hidden phone.
_BEFORE_PHONE = re.compile(
    rf"{_FULL_NAME}{_PLACE_END}(?=[\s\]】)）」,，:：]{{0,3}}{_OPEN}?\s*(?:(?:联系)?(?:电话|手机)(?:号码?)?[\s:：为是]{{0,2}})?\*\*\*)"
)
_DOES = r"(?:正在|已经|已|为您|开始|进行)?(?:派件|派送|配送|投递|揽收|揽件|代收|签收|取件)"
_BRACKETED = re.compile(rf"({_OPEN}){_FULL_NAME}{_PLACE_END}(?={_CLOSE}\s*{_DOES})")
_BY_AGENT = re.compile(
    rf"((?:由|被|的|请联系|电联|联系)\s*{_OPEN}?){_NOT_A_NAME}{_FULL_NAME}?{_PLACE_END}(?={_CLOSE}?\s*{_DOES})"
)
_SIGNED_BY = re.compile(rf"((?:签收|妥投|代收)\s*[:：]\s*{_OPEN}?){_NOT_A_NAME}{_FULL_NAME}(?={_AFTER})")
_TITLE = re.compile(rf"{_SURNAME}{_HAN}{{0,2}}?(?=先生|女士|师傅|小姐|同志|大爷|大妈|老师|大姐|大哥)")


def scrub(text: str, limit: int = 500) -> str:
    """`text` without markup, phones, identity and waybill numbers, pickup codes, plates and names of people.

    At most `limit` characters come back. Hotlines of five digits and dates with their times stay.
    """
    return _scrub(_cut(text or ""), limit)


def _cut(text: str) -> str:
    """So much of it as is read, before anything is read or kept in memory; no number that the end cuts in two."""
    if len(text) <= LONGEST_INPUT:
        return text
    end = LONGEST_INPUT
    while end > LONGEST_INPUT // 2 and not "\u3400" <= text[end - 1] <= "\u9fff":
        end -= 1
    return text[:end]


@lru_cache(maxsize=4096)
def _scrub(text: str, limit: int) -> str:
    text = _plain(text)
    for pattern in (_LINK, _EMAIL, _PLATE):
        text = pattern.sub(HIDDEN, text)
    text = _RUN.sub(_hide_number, text)  # first: the others would cut a number in two and leave half of it
    for pattern in (_CODE_NAMED, _CODE_SHOWN, _TAIL):
        text = pattern.sub(rf"\1{HIDDEN}", text)
    for pattern in (_MASKED, _CODE_SHAPE, _SPELT):
        text = pattern.sub(HIDDEN, text)
    text = _EXTENSION.sub("", text)
    text = _names(text)
    return re.sub(r"\*{3,}", HIDDEN, text).strip()[:limit].strip()


def _names(text: str) -> str:
    for pattern in (_BY_ROLE, _BY_AGENT, _BRACKETED, _SIGNED_BY):
        text = pattern.sub(rf"\1{HIDDEN}", text)
    text = _BEFORE_PHONE.sub(HIDDEN, text)
    return _TITLE.sub(HIDDEN, text)


def _hide_number(match: re.Match) -> str:
    run = match.group()
    digits = sum(c.isdigit() for c in run)
    if digits < _MANY_DIGITS and not _CODE_SHAPE.search(run):
        return run
    if _MOMENT.fullmatch(run) or _HOTLINE.fullmatch(run):
        return run
    return HIDDEN


def _plain(text: str) -> str:
    """No markup, no invisible characters, and every digit and letter in its plain form."""
    for _ in range(3):  # carriers escape twice
        unescaped = html.unescape(text)
        if unescaped == text:
            break
        text = unescaped
    text = "".join(_plain_character(c) for c in text)
    text = without_tags(text)
    return re.sub(r"\s+", " ", text.replace("<", "‹").replace(">", "›"))


def without_tags(text: str) -> str:
    """`text` without what stands between `<` and its `>`, tags inside tags too. One pass: each piece is kept or
    dropped once."""
    kept: list[str] = []
    opened: list[int] = []  # how many pieces were kept before each "<" that still waits for its ">"
    at = 0
    for match in _ANGLE.finditer(text):
        kept.append(text[at : match.start()])
        at = match.end()
        if match.group() == ">" and opened:
            del kept[opened.pop() :]
            continue
        if match.group() == "<":
            opened.append(len(kept))
        kept.append(match.group())
    return "".join([*kept, text[at:]])


@lru_cache(maxsize=8192)
def _plain_character(c: str) -> str:
    category = unicodedata.category(c)
    if c.isspace() or category in ("Zs", "Zl", "Zp"):
        return " "
    if category[0] in "CM":  # control, format, private, combining: between two digits they hide a number
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(c))
    return unicodedata.normalize("NFKC", c) if category[0] in "NL" else c
