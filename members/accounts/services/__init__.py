"""What people do with their own accounts."""

from members.accounts.services.phone import confirm_phone, settle_phone
from members.accounts.services.pins import check_work_pin, set_work_pin
from members.accounts.services.profile import set_name
from members.accounts.services.relations import agree, agree_by_code, ask, end

__all__ = [
    "agree", "agree_by_code", "ask", "check_work_pin", "confirm_phone", "end", "set_name", "set_work_pin",
    "settle_phone",
]  # fmt: skip
