"""What people do with their own accounts."""

from members.accounts.services.pins import check_work_pin, set_work_pin
from members.accounts.services.relations import agree, agree_by_code, ask, end

__all__ = ["agree", "agree_by_code", "ask", "check_work_pin", "end", "set_work_pin"]
