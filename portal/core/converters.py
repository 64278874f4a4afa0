"""A part of an address that takes whatever was typed, so that the view can say what is wrong with it."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class AnyText(StringConverter):
    """Django's `path` takes slashes but no line break: a number pasted with one would be "no such page", in words that
    help nobody and with a status that the API does not describe."""

    regex = r"[\s\S]+"


register_converter(AnyText, "anything")
