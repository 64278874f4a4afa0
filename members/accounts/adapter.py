"""How django-allauth meets our phone-first users."""

from allauth.account.adapter import DefaultAccountAdapter


class PhoneAdapter(DefaultAccountAdapter):
    pass
