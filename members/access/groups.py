"""Roles as Django groups: a person is in the group of every role they hold anywhere."""

from __future__ import annotations

from django.contrib.auth.models import Group

from members.access.sources import PHONE, rows_of
from members.access.states import Role


def role_group(role: Role) -> Group:
    """The group of a role, named by its stable code."""
    return Group.objects.get_or_create(name=Role(role).value)[0]


def follow_groups(*, user) -> None:
    """Brings a person's role groups in line with their grants. Groups that are no role's are left alone."""
    held = {role for kind, role, _target in rows_of(user.pk) if kind != PHONE and role}
    ours = set(user.groups.filter(name__in=Role.values).values_list("name", flat=True))
    if gone := ours - held:
        user.groups.remove(*Group.objects.filter(name__in=gone))
    if fresh := held - ours:
        user.groups.add(*(role_group(Role(role)) for role in fresh))
