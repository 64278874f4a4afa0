"""The audit trail in sentences: what each action is called, who acted, and on what, by name.

The trail itself keeps codes, which outlive names; here they are put into words for whoever reads. An action is declared
in ACTS, or is a verb of VERBS done to a kind of record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.access.admin_base import exported
from members.accounts.models import User
from portal.audit.models import AuditEntry

ACTS: dict[str, Any] = {
    "application.checked": _("核对认证申请"),
    "application.claimed": _("开始审核认证申请"),
    "application.released": _("放下认证申请"),
    "application.started": _("开始填认证申请"),
    "bag.opened": _("拆袋清点"),
    "bag.sealed": _("封袋"),
    "binding.agreed": _("同意绑定车辆"),
    "binding.asked": _("请求绑定车辆"),
    "binding.ended": _("解除车辆绑定"),
    "bulk.confirmed": _("批量办理"),
    "bulk.undone": _("撤销批量办理"),
    "caller.found": _("按来电号码查包裹"),
    "certificate.issued": _("签发证书"),
    "certificate.printed": _("打印证书"),
    "certificate.revocation_proposed": _("提出撤销证书"),
    "certificate.revocation_rejected": _("不同意撤销证书"),
    "certificate.revocation_withdrawn": _("撤回撤销证书的提议"),
    "consent.declined": _("登记收件人不同意放站点"),
    "consent.given": _("登记收件人同意放站点"),
    "consent.withdrawn": _("撤回放站点的同意"),
    "course.moved": _("改课程状态"),
    "data.exported": _("导出数据"),
    "device.issued": _("发放终端"),
    "device.revoked": _("停用终端"),
    "device.rotated": _("更换终端密钥"),
    "document.added": _("上传证明材料"),
    "document.looked": _("查看证明材料"),
    "document.removed": _("删除证明材料"),
    "documents.bag_tag": _("打印袋牌"),
    "documents.labels": _("打印面单"),
    "documents.manifest": _("打印交接单"),
    "documents.proof": _("打印签收凭证"),
    "documents.shelves": _("打印货架签"),
    "event.corrected": _("更正轨迹"),
    "exam.closed": _("结束考试"),
    "exam.continued": _("继续考试"),
    "exam.started": _("开始考试"),
    "feed.created": _("新建数据来源"),
    "feed.rotated": _("更换数据来源密钥"),
    "feed.switched": _("开关数据来源"),
    "handover.answered": _("答复交接"),
    "handover.taken_back": _("收回交接答复"),
    "handover.to_carrier": _("交给快递企业"),
    "handover.withdrawn": _("撤回交接"),
    "import.answer_changed": _("改答复"),
    "import.answer_forgotten": _("忘掉答复"),
    "import.columns_said": _("说明文件的列"),
    "invitation.accepted": _("接受工作邀请"),
    "invitation.sent": _("发出工作邀请"),
    "invitation.withdrawn": _("撤回工作邀请"),
    "issue.resolved": _("登记异常已处理"),
    "message.resent": _("重发消息"),
    "number.added": _("登记新单号"),
    "paper.added": _("新建试卷"),
    "paper.moved": _("改试卷状态"),
    "parcel.collected": _("收寄包裹"),
    "parcel.looked": _("查看收寄件人"),
    "parcel.lost": _("登记丢失"),
    "parcel.pieces": _("更正件数"),
    "parcel.redirected": _("改送站点"),
    "parcel.return_shipment": _("新建退货运单"),
    "parcel.return_started": _("办理退回"),
    "person.restored": _("恢复账户"),
    "person.sessions_ended": _("让账户退出登录"),
    "person.stopped": _("停用账户"),
    "person.unlocked": _("解除登录限制"),
    "phone.changed": _("更换手机号"),
    "photo.looked": _("查看照片"),
    "pickup.by_identity": _("凭证件交付"),
    "pickup.partial": _("交付一部分"),
    "pickup.rest_ended": _("不再等其余的件"),
    "proxy.named": _("指定代收人"),
    "proxy.withdrawn": _("取消代收人"),
    "questions.added": _("导入题库"),
    "register.confirmed": _("写入登记簿"),
    "register.uploaded": _("上传登记簿文件"),
    "relation.agreed": _("同意亲属代办"),
    "relation.ended": _("解除亲属代办"),
    "role.granted": _("授予角色"),
    "role.withdrawn": _("收回角色"),
    "scan.undone": _("撤销扫描"),
    "staff.granted": _("授予工作权限"),
    "staff.left": _("离开单位"),
    "staff.withdrawn": _("收回工作权限"),
    "station.photo_added": _("上传站点照片"),
    "station.photo_removed": _("删除站点照片"),
    "station.presented": _("修改站点信息"),
    "stock_take.ended": _("结束盘点"),
    "work_pin.set": _("设置工作密码"),
    "workdays.published": _("公布工作日安排"),
}
# Done to records of many kinds: the kind is named behind it.
VERBS: dict[str, Any] = {
    "added": _("新增"),
    "changed": _("修改"),
    "deleted": _("删除"),
    "suspended": _("暂停"),
    "reinstated": _("恢复"),
    "valid": _("恢复"),
    "revoked": _("撤销"),
    "cancelled": _("注销"),
    "closed": _("关闭"),
    "submitted": _("提交"),
    "returned": _("退回修改"),
    "approved": _("通过"),
    "refused": _("不通过"),
    "withdrawn": _("撤回"),
}
_NAMES = ("name", "waybill", "number", "title", "code")  # of a record, the first field it has


@cache
def kinds() -> dict[str, type[Model]]:
    """Every kind of record by the name under which the trail keeps it."""
    return {model._meta.label_lower: model for model in apps.get_models()}


def deed_of(action: str, object_type: str) -> str:
    """`提出撤销证书`, `修改站点`; the code itself where nobody put it into words."""
    if (said := ACTS.get(action)) is not None:
        return str(said)
    verb = VERBS.get(action.partition(".")[2])
    if verb is None:
        return action
    return gettext("%(verb)s%(kind)s") % {"verb": verb, "kind": _kind_of(object_type)}


def deeds_like(words: str) -> Q:
    """Entries whose action is called something with `words` in it."""
    exact = [code for code, said in ACTS.items() if words in str(said)]
    reach = Q(action__in=exact)
    for code, verb in VERBS.items():
        for model in apps.get_models():
            if words in gettext("%(verb)s%(kind)s") % {"verb": verb, "kind": model._meta.verbose_name}:
                reach |= Q(action__endswith=f".{code}", object_type=model._meta.label_lower)
    return reach


def _kind_of(object_type: str) -> str:
    model = kinds().get(object_type)
    return str(model._meta.verbose_name) if model is not None else object_type


@dataclass(frozen=True, slots=True)
class Told:
    """One entry for a person: what was done, by whom, to what."""

    deed: str
    who: str
    thing: str


def tell(entries: Iterable[AuditEntry]) -> dict[Any, Told]:
    """By entry: its words. One statement for people, one for each kind of record on the page."""
    rows = list(entries)
    who, things = people_named(row.actor for row in rows), _things(rows)
    return {
        row.pk: Told(
            deed_of(row.action, row.object_type),
            who[row.actor],
            things.get((row.object_type, row.object_id), ""),
        )
        for row in rows
    }


def people_named(actors: Iterable[str]) -> dict[str, str]:
    """Whoever acted, by the id that the rows keep (`user:7`, `system:demo`), by name. One statement."""
    wanted = set(actors)
    keys = [key for kind, _colon, key in (actor.partition(":") for actor in wanted) if kind == "user" and key.isdigit()]
    users = User.objects.filter(pk__in=keys) if keys else []
    names = {f"user:{user.pk}": user.get_full_name() for user in users}
    return {actor: names.get(actor) or _stranger(actor) for actor in wanted}


class NamesActors:
    """A list that names whoever did what its lines tell, looked up once a page. `actor_field` keeps their id."""

    actor_field = "created_by"

    def get_changelist_instance(self, request):
        found = super().get_changelist_instance(request)  # type: ignore[misc]
        names = people_named(getattr(row, self.actor_field) for row in found.result_list)
        for row in found.result_list:
            row.acted_by = names[getattr(row, self.actor_field)]
        return found

    @admin.display(description=_("经办人"))
    @exported
    def by_whom(self, obj) -> str:
        actor = getattr(obj, self.actor_field)
        return getattr(obj, "acted_by", "") or people_named([actor])[actor]


def _stranger(actor: str) -> str:
    """Whoever is no person of ours: the portal itself, a feed, somebody who proved a phone."""
    kind, _colon, number = actor.partition(":")
    if kind == "recipient":
        return gettext("收件人")
    if kind == "user":
        return gettext("%(n)s 号人员") % {"n": number}
    if kind == "device":
        return gettext("终端 %(name)s") % {"name": number}
    return gettext("数据来源 %(name)s") % {"name": number} if kind == "feed" else gettext("系统")


def _things(rows: list[AuditEntry]) -> dict[tuple[str, str], str]:
    ids: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        ids[row.object_type].add(row.object_id)
    found: dict[tuple[str, str], str] = {}
    for kind, wanted in ids.items():
        found |= {(kind, pk): f"{_kind_of(kind)} {name}".strip() for pk, name in _names(kind, wanted).items()}
        found |= {(kind, pk): _kind_of(kind) for pk in wanted if (kind, pk) not in found}
    return found


def _names(kind: str, ids: set[str]) -> dict[str, str]:
    model = kinds().get(kind)
    field = next((name for name in _NAMES if model is not None and _has(model, name)), "")
    if model is None or not field:
        return {}
    keys = [key for key in ids if _is_key(model, key)]
    rows = model._default_manager.filter(pk__in=keys).values_list("pk", field)
    return {str(pk): str(name) for pk, name in rows if name}


def _has(model, name: str) -> bool:
    try:
        return bool(model._meta.get_field(name).concrete)
    except FieldDoesNotExist:
        return False


def _is_key(model, text: str) -> bool:
    try:
        model._meta.pk.to_python(text)
    except Exception:
        return False
    return True
