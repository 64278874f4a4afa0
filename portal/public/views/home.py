"""The front door."""

from __future__ import annotations

from django.shortcuts import render

from portal.core.access import public


@public("the front door")
def home(request):
    return render(request, "public/home.html")
