"""Chinese surnames that cover nearly everybody, to tell a name from a place in carriers' texts.

Left out on purpose: characters that mostly stand for something else there (时 向 和 成 干 水 平 海 包 关 ...).
"""

SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅付"
    "方白邹孟熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿祝左焦柳甘"
    "俞祁毕纪骆霍涂尚游裴舒车柯管阮霄芦蒲焉翁柴蓝凌喻瞿辛蔺景单穆路项窦苗裘宁牟桂丛解娄尤米池滕冀晏卞褚卜冉鲍缪靳苟巩师查晁"
)
COMPOUND = (
    "欧阳", "上官", "司马", "诸葛", "司徒", "皇甫", "尉迟", "令狐", "宇文", "慕容", "长孙", "夏侯", "东方", "公孙",
    "端木", "轩辕",
)  # fmt: skip
