"""Pages on which somebody says what to print."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from logistics.documents.forms import LabelsForm, OneForm, ShelvesForm
from logistics.documents.papers.sizes import LabelSize, ShelfSize
from logistics.documents.services.printing import MOST_LABELS, Printed, choose_parcels, print_labels, print_shelves
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import DomainError

_ADDRESS = {OneForm.LABEL: ("print_label", "waybill"), OneForm.BAG: ("print_bag", "bag"),
            OneForm.PROOF: ("print_proof", "waybill")}  # fmt: skip


def pdf(printed: Printed) -> HttpResponse:
    """Shown by the browser, which prints it; never kept by anybody on the way."""
    response = HttpResponse(printed.data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{printed.name}"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@needs(Permission.DOCUMENT_PRINT)
@never_cache
@require_GET
def print_home(request):
    """What can be printed. With a number, leads to that document."""
    form = OneForm(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        name, argument = _ADDRESS[form.cleaned_data["kind"]]
        address = reverse(name, kwargs={argument: form.cleaned_data["number"].strip().upper()})
        size = form.cleaned_data["size"]
        return redirect(f"{address}?{urlencode({'size': size})}" if size else address)
    return render(
        request, "documents/home.html", {"form": form, "most": MOST_LABELS}, status=400 if form.is_bound else 200
    )


@needs(Permission.DOCUMENT_PRINT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def labels_page(request):
    """Many labels as one PDF. A number that leads nowhere stops it until somebody says to go on without."""
    if request.method != "POST":
        form = LabelsForm(actor=request.actor, initial=_asked(request))
        return render(request, "documents/labels.html", {"form": form})
    form = LabelsForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return render(request, "documents/labels.html", {"form": form}, status=400)
    wanted = form.cleaned_data
    try:
        choice = choose_parcels(
            numbers=form.typed(), station=wanted["station"], stage=wanted["stage"], actor=request.actor
        )
        if not choice.troubles or ("skip" in request.POST and choice.parcels):
            size = LabelSize(wanted["size"])
            return pdf(print_labels(parcels=choice.parcels, size=size, actor=request.actor, now=now()))
    except DomainError as error:
        return _again(request, form, "documents/labels.html", error)
    context = {"form": form, "troubles": choice.troubles, "found": len(choice.parcels)}
    return render(request, "documents/labels.html", context, status=400)


def _asked(request) -> dict[str, str]:
    """What a link from another page has filled in."""
    return {name: request.GET[name] for name in ("numbers", "station", "stage", "size") if name in request.GET}


def _again(request, form, template: str, error: DomainError) -> HttpResponse:
    """The page as it was filled in, with what is wrong."""
    return render(request, template, {"form": form, "error": error}, status=error.status)


@needs(Permission.DOCUMENT_PRINT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shelves_page(request):
    """Labels of the places of a station's shelves."""
    if request.method != "POST":
        initial = {"station": request.GET.get("station", request.session.get("work_station", ""))}
        return render(request, "documents/shelves.html", {"form": ShelvesForm(actor=request.actor, initial=initial)})
    form = ShelvesForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return render(request, "documents/shelves.html", {"form": form}, status=400)
    wanted = form.cleaned_data
    try:
        size = ShelfSize(wanted["size"])
        return pdf(
            print_shelves(station=wanted["station"], shelves=form.shelves(), size=size, actor=request.actor, now=now())
        )
    except DomainError as error:
        return _again(request, form, "documents/shelves.html", error)
