"""What a member sees of their own parcels."""

from __future__ import annotations

from django.shortcuts import render

from portal.core.access import signed_in


@signed_in
def my_parcels(request):
    return render(request, "public/my.html")
