"""Every function of the portal that can be allowed, and the roles that bundle them.

Codes are stable: they are stored, logged and named in tests. Labels may change.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    # parcels
    PARCEL_VIEW = "parcel.view", _("查看包裹")
    PARCEL_VIEW_PERSONAL = "parcel.view_personal", _("查看收寄件人信息")
    PARCEL_EXPLAIN = "parcel.explain", _("查看状态成因")
    PARCEL_CREATE = "parcel.create", _("登记包裹")
    PARCEL_CORRECT = "parcel.correct", _("更正扫描")
    PARCEL_RETURN = "parcel.return", _("退回包裹")
    EVENT_RECORD = "event.record", _("上传扫描")
    BAG_MANAGE = "bag.manage", _("集包封签")
    HANDOVER_GIVE = "handover.give", _("交出货物")
    HANDOVER_TAKE = "handover.take", _("接收货物")
    STATION_RECEIVE = "station.receive", _("到站入库")
    STATION_GIVE_OUT = "station.give_out", _("出库签收")
    STOCK_TAKE = "stock.take", _("盘点货架")
    PARCEL_DELIVER = "parcel.deliver", _("上门投递")
    SCAN_UNDO = "scan.undo", _("撤销本人扫描")
    DOCUMENT_PRINT = "document.print", _("打印单据")
    CONSENT_RECORD = "consent.record", _("登记收件人同意")
    IMPORT_RUN = "import.run", _("导入文件")
    IMPORT_VIEW = "import.view", _("查看导入结果")
    REFUSED_VIEW = "refused.view", _("查看被拒数据")
    TIMER_CONFIGURE = "timer.configure", _("设置时限")
    # parties
    ENTERPRISE_VIEW = "enterprise.view", _("查看企业")
    ENTERPRISE_EDIT = "enterprise.edit", _("维护企业")
    STATION_VIEW = "station.view", _("查看站点")
    STATION_EDIT = "station.edit", _("维护站点")
    STATION_PRESENT = "station.present", _("维护本站服务信息")  # hours, services, photos: what people come for
    STAFF_MANAGE = "staff.manage", _("管理员工")
    DEVICE_VIEW = "device.view", _("查看终端")
    DEVICE_MANAGE = "device.manage", _("管理终端")
    FEED_MANAGE = "feed.manage", _("管理数据接入")
    # county
    DIVISION_VIEW = "division.view", _("查看区划")
    DIVISION_EDIT = "division.edit", _("维护区划")
    PEOPLE_VIEW = "people.view", _("查看人员")
    PEOPLE_GRANT = "people.grant", _("授予角色")
    AUDIT_VIEW = "audit.view", _("查看操作记录")
    MESSAGE_VIEW = "message.view", _("查看消息")
    MESSAGE_RESEND = "message.resend", _("重发消息")
    DATA_EXPORT = "data.export", _("导出数据")
    # registration, certification, training
    VEHICLE_VIEW = "vehicle.view", _("查看车辆")
    VEHICLE_EDIT = "vehicle.edit", _("维护车辆")
    COURIER_VIEW = "courier.view", _("查看快递员")
    COURIER_EDIT = "courier.edit", _("维护快递员")
    APPLICATION_VIEW = "application.view", _("查看认证申请")
    APPLICATION_REVIEW = "application.review", _("审核认证申请")
    CERTIFICATE_VIEW = "certificate.view", _("查看证书")
    CERTIFICATE_MANAGE = "certificate.manage", _("暂停、恢复和注销证书")
    CERTIFICATE_REVOKE = "certificate.revoke", _("撤销证书")
    TRAINING_MANAGE = "training.manage", _("管理培训考试")
    TRAINING_VIEW = "training.view", _("查看培训成绩")
    CALENDAR_EDIT = "calendar.edit", _("维护工作日历")
    # members
    OWN_APPLICATIONS = "own.applications", _("提出认证申请")
    OWN_TRAINING = "own.training", _("参加培训考试")
    OWN_PARCELS = "own.parcels", _("查看我的包裹")


class ScopeKind(StrEnum):
    DIVISION = "division"
    ENTERPRISE = "enterprise"
    STATION = "station"
    OWN = "own"


class Role(models.TextChoices):
    MEMBER = "member", _("会员")
    KEEPER = "keeper", _("站长")
    COURIER = "courier", _("快递员")
    ENTERPRISE_ADMIN = "enterprise_admin", _("企业管理员")
    ENTERPRISE_STAFF = "enterprise_staff", _("企业操作员")
    TOWNSHIP_OFFICIAL = "township_official", _("乡镇管理员")
    COUNTY_OFFICIAL = "county_official", _("县级管理员")
    SUPPORT = "support", _("客服人员")
    ADMINISTRATOR = "administrator", _("系统管理员")


P = Permission
_STATION_WORK = {
    P.PARCEL_VIEW,
    P.PARCEL_CREATE,
    P.EVENT_RECORD,
    P.BAG_MANAGE,
    P.HANDOVER_GIVE,
    P.HANDOVER_TAKE,
    P.STATION_RECEIVE,
    P.STATION_VIEW,
    P.SCAN_UNDO,
    P.DOCUMENT_PRINT,
}
_SUPERVISION = {
    P.PARCEL_VIEW,
    P.PARCEL_EXPLAIN,
    P.ENTERPRISE_VIEW,
    P.STATION_VIEW,
    P.DEVICE_VIEW,
    P.DIVISION_VIEW,
    P.IMPORT_VIEW,
    P.REFUSED_VIEW,
    P.VEHICLE_VIEW,
    P.COURIER_VIEW,
    P.APPLICATION_VIEW,
    P.CERTIFICATE_VIEW,
    P.TRAINING_VIEW,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.MEMBER: frozenset({P.OWN_PARCELS, P.OWN_APPLICATIONS, P.OWN_TRAINING}),
    Role.KEEPER: frozenset(
        _STATION_WORK
        | {
            P.PARCEL_VIEW_PERSONAL,
            P.STATION_GIVE_OUT,
            P.STOCK_TAKE,
            P.PARCEL_DELIVER,
            P.CONSENT_RECORD,
            P.PARCEL_RETURN,
            P.DEVICE_VIEW,
            P.STATION_PRESENT,
        }
    ),
    Role.COURIER: frozenset(
        {
            P.PARCEL_VIEW,
            P.EVENT_RECORD,
            P.HANDOVER_GIVE,
            P.HANDOVER_TAKE,
            P.PARCEL_VIEW_PERSONAL,
            P.PARCEL_DELIVER,
            P.SCAN_UNDO,
            P.STATION_VIEW,
            P.DOCUMENT_PRINT,
        }
    ),
    Role.ENTERPRISE_ADMIN: frozenset(
        {
            P.PARCEL_VIEW,
            P.PARCEL_CREATE,
            P.EVENT_RECORD,
            P.IMPORT_RUN,
            P.IMPORT_VIEW,
            P.REFUSED_VIEW,
            P.ENTERPRISE_VIEW,
            P.STATION_VIEW,
            P.STATION_PRESENT,
            P.STAFF_MANAGE,
            P.DEVICE_VIEW,
            P.DEVICE_MANAGE,
            P.DOCUMENT_PRINT,
            P.VEHICLE_VIEW,
            P.COURIER_VIEW,
            P.APPLICATION_VIEW,
            P.CERTIFICATE_VIEW,
            P.TRAINING_VIEW,
            P.HANDOVER_TAKE,
        }
    ),
    Role.ENTERPRISE_STAFF: frozenset(
        {
            P.DOCUMENT_PRINT,
            P.PARCEL_VIEW,
            P.PARCEL_CREATE,
            P.EVENT_RECORD,
            P.IMPORT_RUN,
            P.IMPORT_VIEW,
            P.REFUSED_VIEW,
            P.HANDOVER_TAKE,
        }
    ),
    Role.TOWNSHIP_OFFICIAL: frozenset(_SUPERVISION),
    Role.COUNTY_OFFICIAL: frozenset(
        _SUPERVISION
        | {
            P.PARCEL_VIEW_PERSONAL,
            P.PARCEL_CORRECT,
            P.PARCEL_RETURN,
            P.ENTERPRISE_EDIT,
            P.STATION_EDIT,
            P.STATION_PRESENT,
            P.STAFF_MANAGE,
            P.DEVICE_MANAGE,
            P.FEED_MANAGE,
            P.PEOPLE_VIEW,
            P.PEOPLE_GRANT,
            P.AUDIT_VIEW,
            P.MESSAGE_VIEW,
            P.MESSAGE_RESEND,
            P.DATA_EXPORT,
            P.DOCUMENT_PRINT,
            P.EVENT_RECORD,
            P.TIMER_CONFIGURE,
            P.IMPORT_RUN,
            P.PARCEL_CREATE,
            P.DIVISION_EDIT,
            P.VEHICLE_EDIT,
            P.COURIER_EDIT,
            P.APPLICATION_REVIEW,
            P.CERTIFICATE_MANAGE,
            P.CERTIFICATE_REVOKE,
            P.TRAINING_MANAGE,
            P.CALENDAR_EDIT,
        }
    ),
    Role.SUPPORT: frozenset({P.PARCEL_VIEW, P.PARCEL_EXPLAIN, P.STATION_VIEW, P.DIVISION_VIEW}),
    Role.ADMINISTRATOR: frozenset(set(Permission) - {P.OWN_PARCELS, P.OWN_APPLICATIONS, P.OWN_TRAINING}),
}

ROLE_SCOPE: dict[Role, ScopeKind] = {
    Role.MEMBER: ScopeKind.OWN,
    Role.KEEPER: ScopeKind.STATION,
    Role.COURIER: ScopeKind.STATION,
    Role.ENTERPRISE_ADMIN: ScopeKind.ENTERPRISE,
    Role.ENTERPRISE_STAFF: ScopeKind.ENTERPRISE,
    Role.TOWNSHIP_OFFICIAL: ScopeKind.DIVISION,
    Role.COUNTY_OFFICIAL: ScopeKind.DIVISION,
    Role.SUPPORT: ScopeKind.DIVISION,
    Role.ADMINISTRATOR: ScopeKind.DIVISION,
}

# Nobody grants a role above their own or acts on whoever holds one; only an administrator makes an administrator.
# Roles at stations and enterprises, and none, rank 0.
RANK: dict[Role, int] = {
    Role.TOWNSHIP_OFFICIAL: 1,
    Role.SUPPORT: 1,
    Role.COUNTY_OFFICIAL: 2,
    Role.ADMINISTRATOR: 3,
}

# Roles whose mistakes reach many people: they need a second factor to work at all.
SECOND_FACTOR_ROLES = frozenset({Role.TOWNSHIP_OFFICIAL, Role.COUNTY_OFFICIAL, Role.SUPPORT, Role.ADMINISTRATOR})


def roles_of(kind: ScopeKind) -> list[Role]:
    return [role for role, scope in ROLE_SCOPE.items() if scope == kind]


def hold_codename(role: Role) -> str:
    """Codename of the guardian permission that says 'holds this role at this object'."""
    return f"hold_{role.value}"


class BulkState(models.TextChoices):
    """A bulk action from the choice of its rows to its end."""

    CHOOSING = "choosing", _("待选择")
    PLANNED = "planned", _("试算完成，待确认")
    DONE = "done", _("已办理")
    UNDONE = "undone", _("已撤销")


class RowResult(models.TextChoices):
    """What became of one row, when the action was done and when it was undone."""

    DONE = "done", _("已办理")
    CHANGED = "changed", _("期间有变化，跳过")
    REFUSED = "refused", _("不能办理")
    UNDONE = "undone", _("已撤销")
