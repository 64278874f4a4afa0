"""Why the doorstep says no, and what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput, Conflict, TooMany


class NotInYourHands(Conflict):
    code = "not_in_your_hands"
    message = _("这个包裹不在您手中。")
    hint = _("请先由现在的保管方交给您，再去派送。")


class WaitsForPickup(Conflict):
    code = "waits_for_pickup"
    message = _("这个包裹已在站点待取。")
    hint = _("收件人到站凭取件码取件；要改为上门，请县级中心更正到站记录。")


class GoingBack(Conflict):
    code = "parcel_going_back"
    message = _("这个包裹正在退回，不能派送。")
    hint = _("请按退回包裹交给下一程。")


class InABag(Conflict):
    code = "still_in_bag"
    message = _("这个包裹还在邮袋里。")
    hint = _("请先拆袋清点，再逐件派送。")


class OnAHandover(Conflict):
    code = "in_open_handover"
    message = _("这个包裹还在一张未确认的交接单上。")
    hint = _("请先确认或撤回那张交接单。")


class NotOutForDelivery(Conflict):
    code = "not_out_for_delivery"
    message = _("这个包裹还没有出发派送。")
    hint = _("请先在“上门投递”里点“出发派送”。")


class AlreadyDelivered(Conflict):
    code = "already_delivered"


class DoorProofMissing(BadInput):
    code = "door_proof_missing"
    message = _("没有签收凭证。")
    hint = _("请输入签收码，或拍一张照片，或请收件人签名。")


class NoDoorCode(Conflict):
    code = "no_door_code"
    message = _("这个包裹没有签收码：没有登记收件人的手机号。")
    hint = _("请拍照或请收件人签名。")


class WrongDoorCode(BadInput):
    code = "wrong_door_code"
    hint = _("请收件人核对短信里的六位签收码；没有收到短信，可改用照片或签名。")


class DoorCodeLocked(TooMany):
    code = "door_code_locked"


class ReasonMissing(BadInput):
    code = "failed_reason_missing"
    message = _("请选择没有送成的原因。")
    hint = _("原因会告诉收件人，也决定下一步怎么办。")
