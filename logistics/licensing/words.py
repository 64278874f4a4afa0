"""What applicants are told by message when their application moves on."""

from portal.notify.states import Urgency
from portal.notify.templates import declare

declare(
    "application_submitted", "kind", "number", "due",
    zh="您的{kind}申请已提交，受理编号{number}，最迟{due}办结。办理进度请在“我的申请”查看。",
    en="Your application ({kind}) was handed in, number {number}, due by {due}. See My applications.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
declare(
    "application_returned", "kind", "number", "count",
    zh="您的{kind}申请{number}需要修改，共{count}处。请在“我的申请”按意见改好后重新提交。",
    en="Your application ({kind}) {number} needs changes: {count}. See My applications.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
declare(
    "application_approved", "kind", "number", "certificate", "until",
    zh="您的{kind}申请{number}已通过。证书编号{certificate}，有效期至{until}，可在“我的证书”下载。",
    en="Your application ({kind}) {number} was approved. Certificate {certificate}, valid until {until}.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
declare(
    "application_refused", "kind", "number",
    zh="您的{kind}申请{number}未通过。理由和下一步请在“我的申请”查看。",
    en="Your application ({kind}) {number} was not approved. Reason and next steps: see My applications.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
declare(
    "application_withdrawn", "kind", "number",
    zh="您的{kind}申请{number}已撤回。需要时可以重新申请。",
    en="Your application ({kind}) {number} was withdrawn. You may apply again whenever you need.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
