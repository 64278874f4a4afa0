"""The sentence behind each refusal: what is wrong and what to do next."""

from django.utils.translation import gettext_lazy as _

from logistics.parcels.states import Refusal

SENTENCES = {
    Refusal.UNKNOWN_PARCEL: (
        _("没有登记过这个单号。"),
        _("请核对单号；新到的包裹请先登记再扫描。企业推送的轨迹会在登记后自动补收。"),
    ),
    Refusal.AMBIGUOUS_NUMBER: (_("有两家企业的包裹用了这个单号。"), _("请同时注明承运企业代码。")),
    Refusal.UNKNOWN_STATION: (_("没有这个站点代码。"), _("请核对站点代码，或请县级中心先登记该站点。")),
    Refusal.UNKNOWN_CODE: (_("不认识这个事件代码。"), _("请按数据格式说明中的代码表填写。")),
    Refusal.WRONG_DIRECTION: (_("这个事件与包裹的方向不符。"), _("请核对包裹是下行还是上行。")),
    Refusal.OUT_OF_SCOPE: (_("这个包裹或站点不在您的范围内。"), _("请用本站终端扫描本站经手的包裹。")),
    Refusal.FUTURE_TIME: (_("时间在将来。"), _("请校准终端时钟，再重新上传；也可随批次附上 sent_at。")),
    Refusal.TOO_OLD: (_("时间太早，超出可补录的期限。"), _("请核对日期；确需补录请联系县级中心。")),
    Refusal.MALFORMED: (_("格式有误。"), _("请按数据格式说明检查必填项和时间格式。")),
    Refusal.UNKNOWN_CORRECTED: (_("找不到要更正的事件。"), _("请核对被更正事件的编号。")),
    Refusal.NEEDS_PROOF: (_("这个动作需要先核验。"), _("请在取件、交接或更正页面办理，系统会自动记录。")),
    Refusal.NEEDS_CONSENT: (_("收件人还没有同意投放到站。"), _("请先征得收件人同意并登记，再办理到站入库。")),
    Refusal.PARTY_STOPPED: (
        _("站点、企业或快递员的证书已到期、暂停或撤销，不能再接新件。"),
        _("请在“认证”页查看原因并办理续期或恢复；在站和手上的包裹照常发放、派送、退回。"),
    ),
    Refusal.OPEN_HANDOVER: (
        _("还有未确认的交接，不能发车。"),
        _("请接收方扫描确认，或由交出方撤回交接单后再发车。"),
    ),
    Refusal.DUPLICATE_DIFFERS: (
        _("这个事件编号已经用于内容不同的另一个事件。"),
        _("原来的事件没有改变。如需更正，请换一个新编号重新发送。"),
    ),
}
