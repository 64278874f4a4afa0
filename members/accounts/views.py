"""Account pages that django-allauth does not bring."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members.accounts.forms import AgreeByCodeForm, AskForm, NameForm, WorkPinForm
from members.accounts.selectors import own_relations, own_user
from members.accounts.services import agree, agree_by_code, ask, end, set_name, set_work_pin
from members.accounts.sessions import end_one_session
from portal.core.access import public, signed_in
from portal.core.clock import now
from portal.core.errors import BadInput, DomainError, TooMany
from portal.core.middleware import error_response

ASKED = "relation_asked_phone"  # in the session: which phone this browser waits for
LOGIN_IS_FRESH = 5 * 60  # seconds


@public("says that somebody asked too often")
def too_many(request, exception=None):
    return error_response(request, TooMany(retry_after=60))


def show_error(request, form, error: DomainError, field: str | None = None) -> None:
    """A refusal of a service on the form that caused it."""
    form.add_error(field if field in form.fields else None, f"{error.message}{error.hint}")


@signed_in
@never_cache
def home(request):
    """One's own account: name, and the way to everything else."""
    user = own_user(actor=request.actor)
    form = NameForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        set_name(actor=request.actor, name=form.cleaned_data["name"])
        messages.success(request, _("已保存。"))
        return redirect("account_home")
    return render(request, "account/home.html", {"form": form, "person": user})


@signed_in
@require_POST
def end_session(request, session_id: int):
    end_one_session(request, session_id)
    messages.success(request, _("已结束该登录。"))
    return redirect("usersessions_list")


def logged_in_just_now(request) -> bool:
    records = get_authentication_records(request, request.user)
    latest = max((record.get("at", 0) for record in records), default=0)
    return now().timestamp() - latest < LOGIN_IS_FRESH


@signed_in
@never_cache
def work_pin(request):
    """Set or change the work PIN. Who forgot the old one logs in anew and sets another within five minutes."""
    user = own_user(actor=request.actor)
    ask_current = bool(user.work_pin) and not logged_in_just_now(request)
    form = WorkPinForm(request.POST or None, ask_current=ask_current)
    if request.method == "POST" and form.is_valid():
        current = form.cleaned_data["current"] if ask_current else None
        try:
            set_work_pin(actor=request.actor, pin=form.cleaned_data["pin"], current=current, now=now())
        except DomainError as error:
            show_error(request, form, error, "pin" if error.code == "pin_weak" else "current")
        else:
            messages.success(request, _("工作密码已设置。"))
            return redirect("account_home")
    return render(request, "account/work_pin.html", {"form": form, "has_pin": bool(user.work_pin)})


# -- relatives ------------------------------------------------------------------------------------------
@signed_in
@never_cache
def relatives(request):
    """Who acts for me, for whom I act, and who asks."""
    return relatives_page(request, AskForm(), AgreeByCodeForm())


def relatives_page(request, ask_form, code_form, status: int = 200):
    context = {
        "relations": own_relations(actor=request.actor),
        "ask_form": ask_form,
        "code_form": code_form,
        "asked_phone": request.session.get(ASKED, ""),
    }
    return render(request, "account/relatives.html", context, status=status)


@signed_in
@require_POST
def ask_relative(request):
    form = AskForm(request.POST)
    if not form.is_valid():
        return relatives_page(request, form, AgreeByCodeForm(), 400)
    try:
        request.session[ASKED] = ask(actor=request.actor, phone=form.cleaned_data["phone"], now=now())
    except (BadInput, TooMany) as error:
        show_error(request, form, error, "phone")
        return relatives_page(request, form, AgreeByCodeForm(), error.status)
    messages.success(request, _("已向该手机号发送验证码。"))
    return redirect("my_relatives")


@signed_in
@require_POST
def agree_relative_by_code(request):
    form = AgreeByCodeForm(request.POST)
    if form.is_valid():
        phone = request.session.get(ASKED, "")
        try:
            agree_by_code(actor=request.actor, phone=phone, code=form.cleaned_data["code"], now=now())
        except BadInput as error:
            show_error(request, form, error, "code")
        else:
            request.session.pop(ASKED, None)
            messages.success(request, _("对方已同意，您现在可以代为查件和取件。"))
            return redirect("my_relatives")
    return relatives_page(request, AskForm(), form, 400)


@signed_in
@require_POST
def agree_relative(request, relation_id: int):
    agree(actor=request.actor, relation_id=relation_id, now=now())
    messages.success(request, _("已同意。您随时可以结束。"))
    return redirect("my_relatives")


@signed_in
@require_POST
def end_relative(request, relation_id: int):
    end(actor=request.actor, relation_id=relation_id, now=now())
    messages.success(request, _("已结束。"))
    return redirect("my_relatives")
