"""Every text that the scripts of the scan pages show. %(name)s is filled in by the script."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORDS = {
    # the state of a scan
    "waiting": _("待发送"),
    "waiting_text": _("还没有送到，连上后自动发送。可以继续扫。"),
    "waiting_n": _("待发送 %(n)s 件"),
    "stop": _("请停"),
    "undo": _("撤销"),
    "sending": _("正在发送…"),
    "tap_again": _("再点一次确认：%(what)s"),
    "not_taken": _("服务器没有收下这次扫描。"),
    "not_taken_hint": _("请再扫一次；仍不行请联系县级中心。"),
    # the line and the login
    "state_later": _("连不上服务器。待发送 %(n)s 件，连上后自动发送，可以继续扫。"),
    "state_later_hint": "",
    "state_login": _("登录已过期。待发送 %(n)s 件，都已保留；登录后自动发送。"),
    "state_login_hint": _("请先登录，再接着办理。"),
    "state_other": _("这台手机已换人登录。原来待发送的 %(n)s 件已保留，由原来的人登录后发送。请刷新页面。"),
    "left_by_others": _("这台手机上还有别人没发出的 %(n)s 件，由本人登录后自动发送。"),
    "no_line": _("连不上服务器，这一步没有办成。"),
    "no_line_hint": _("请等信号恢复后再点一次。"),
    # sound and camera
    "sound_on": _("声音开"),
    "sound_off": _("声音关"),
    "camera_starting": _("正在打开摄像头…"),
    "camera_aim": _("把条码放进画面中间。"),
    "camera_refused": _("浏览器没有允许使用摄像头。请在浏览器设置里允许，或用扫码枪、手工输入。"),
    "camera_none": _("这台设备没有可用的摄像头，或网址不是 https。请用扫码枪或手工输入。"),
    "camera_busy": _("摄像头正被别的程序使用。请关掉它再试。"),
    "camera_failed": _("摄像头打不开。请用扫码枪或手工输入。"),
    # facts of a parcel
    "fact_shelf": _("货架"),
    "fact_lane": _("下一站"),
    "fact_destination": _("送到"),
    "fact_bag": _("邮袋"),
    "fact_tail": _("尾号"),
    "fact_recipient": _("收件人"),
    "fact_carrier": _("快递"),
    "fact_place": _("现在在"),
    "fact_news": _("最近"),
    "open_parcel": _("看这个包裹"),
    "choose_destination": _("送到哪个站？"),
    # lists that are gathered
    "take_off": _("去掉"),
    "is_missing": _("缺少"),
    "is_extra": _("多出"),
    "is_there": _("已点到"),
    "not_there_yet": _("未点到"),
    "in_bag": _("在 %(bag)s 号袋内"),
    "still_missing": _("还差 %(n)s 件"),
    "counts_agree": _("相符"),
    "counts_differ": _("不符"),
    "end_waiting": _("还有 %(n)s 件没有发出，等发完再结束。"),
    # bags
    "number_label": _("扫条码或输入单号"),
    "seal_label": _("扫封签，或输入封签号"),
    "lane_open": _("已装 %(n)s 件"),
    "lane_new": _("开新袋"),
    "sealed": _("已封签"),
    "sealed_text": _("封签 %(seal)s，共 %(n)s 件。"),
    "seal_waiting": _("还有 %(n)s 件没有发出，等发完再封签。"),
    "bag_result": _("在袋内 %(present)s 件，缺少 %(missing)s 件，多出 %(extra)s 件。"),
    # handovers
    "no_taker": _("请先选择接收方；司机请出示二维码给您扫。"),
    "person": _("司机"),
    "person_read": _("已扫到司机的二维码。"),
    "offered": _("等对方确认"),
    "offered_text": _("共 %(n)s 件。请对方扫下面的二维码。"),
    "withdrawn": _("已撤回"),
    "withdrawn_text": _("交接单已撤回，包裹还在您手上。"),
    "handover_pending": _("待确认"),
    "handover_confirmed": _("已交接"),
    "handover_disputed": _("有争议"),
    "handover_withdrawn": _("已撤回"),
    "handover_over_hint": _("这张交接单已经办完，请对方重新发起。"),
    "handover_counts": _("应交 %(expected)s 件，实点 %(scanned)s 件。"),
    "finish": _("清点完毕，接收"),
    "finish_with_missing": _("再点一次：缺 %(n)s 件，照此接收"),
    "missing_word": _("少 %(n)s 件"),
    "missing_text": _("这几件没有点到，接收后记为缺件，仍由交出方负责。"),
    "missing_hint": _("请再找一找。确实没有的，写明情况、拍照，再点一次接收。"),
    "taken_text": _("已接收 %(there)s 件，缺少 %(missing)s 件，多出 %(extra)s 件。"),
    "photo_added": _("照片已上传。"),
    # giving out
    "together": _("同一收件人还有 %(n)s 件"),
    "need_code": _("请输入 6 位取件码。"),
    "need_link": _("请扫收件人短信里的链接。"),
    "take_next": _("取这件"),
    "need_pin": _("请输入您的工作密码。"),
    "recipient_self": _("本人"),
    # stock-take
    "shelf_now": _("货架已换为 %(shelf)s"),
    "stock_missing": _("账上有，货架上没有"),
    "stock_extra": _("货架上有，账上没有"),
    "stock_result": _("缺少 %(missing)s 件，多出 %(extra)s 件。"),
    "stock_done": _("盘点完成"),
    "stock_done_text": _("缺少 %(missing)s 件已记为异常，多出 %(extra)s 件。"),
    "stock_dropped": _("已放弃"),
    "stock_dropped_text": _("这次盘点不作数。"),
}


def words() -> dict[str, str]:
    return {key: str(text) for key, text in WORDS.items()}
