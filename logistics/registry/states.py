from django.db import models
from django.utils.translation import gettext_lazy as _


class EnterpriseKind(models.TextChoices):
    CARRIER = "carrier", _("快递企业")
    BUS = "bus", _("客运企业")
    ECOMMERCE = "ecommerce", _("电商企业")
    MAKER = "maker", _("生产企业")
    SUPPLIER = "supplier", _("供应商")


class StationKind(models.TextChoices):
    HUB = "hub", _("县级中心")
    TOWNSHIP = "township", _("乡镇站")
    VILLAGE = "village", _("村级站")
    LOCKER = "locker", _("快递柜")


class State(models.TextChoices):
    ACTIVE = "active", _("正常")
    SUSPENDED = "suspended", _("暂停")
    REVOKED = "revoked", _("撤销")
    CLOSED = "closed", _("关闭")


class Standing(models.TextChoices):
    """Whether a party may work today: its state and the dates of its papers taken together."""

    GOOD = "good", _("正常")
    SUSPENDED = "suspended", _("已暂停")
    REVOKED = "revoked", _("证书已撤销")
    CLOSED = "closed", _("已关闭")
    EXPIRED = "expired", _("证书已到期")
    UNCERTIFIED = "uncertified", _("未取得证书")
    PAPERS_EXPIRED = "papers_expired", _("保险、检验、租期或驾驶证已到期")


class StationService(models.TextChoices):
    PICKUP = "pickup", _("取件")
    SENDING = "sending", _("寄件")
    DOOR = "door", _("送货上门")
    PAYMENT = "payment", _("代缴费")
    FARM = "farm", _("农产品代收")
    COLD = "cold", _("冷藏暂存")
    PROXY_BUYING = "proxy_buying", _("代购")
    CASH = "cash", _("助农取款")


class Equipment(models.TextChoices):
    SCANNER = "scanner", _("扫码枪")
    PRINTER = "printer", _("标签打印机")
    SCALE = "scale", _("电子秤")
    CAMERA = "camera", _("监控")
    FRIDGE = "fridge", _("冷柜")
    LOCKER = "locker", _("快递柜")
    EXTINGUISHER = "extinguisher", _("灭火器")


class VehicleType(models.TextChoices):
    VAN = "van", _("面包车")
    LIGHT_TRUCK = "light_truck", _("轻型货车")
    BUS = "bus", _("客运班车")
    TRICYCLE = "tricycle", _("三轮车")
    REFRIGERATED = "refrigerated", _("冷藏车")
    TRAILER = "trailer", _("挂车")


class PlateKind(models.TextChoices):
    """Kinds of number plate, GA 36-2018."""

    SMALL = "small", _("小型汽车（蓝牌）")
    LARGE = "large", _("大型汽车（黄牌）")
    NEW_SMALL = "new_small", _("小型新能源（绿牌）")
    NEW_LARGE = "new_large", _("大型新能源（黄绿牌）")
    TRAILER = "trailer", _("挂车")
    COACHING = "coaching", _("教练车")
    POLICE = "police", _("警用")
    MOTORCYCLE = "motorcycle", _("摩托车")
    FARM = "farm", _("农用运输车")


class Ownership(models.TextChoices):
    OWNED = "owned", _("自有")
    LEASED = "leased", _("租用")


class CourierKind(models.TextChoices):
    COURIER = "courier", _("快递员")
    DRIVER = "driver", _("驾驶员")


class BindingSide(models.TextChoices):
    VEHICLE = "vehicle", _("车辆方")
    DRIVER = "driver", _("驾驶员")
