"""Documents to print, under /work/print/."""

from django.urls import path

from logistics.documents.views import pages, papers

urlpatterns = [
    path("", pages.print_home, name="print_home"),
    path("labels/", pages.labels_page, name="print_labels"),
    path("shelves/", pages.shelves_page, name="print_shelves"),
    path("labels/<str:waybill>.pdf", papers.label, name="print_label"),
    path("bags/<str:bag>.pdf", papers.bag_tag, name="print_bag"),
    path("handovers/<uuid:handover_id>.pdf", papers.manifest, name="print_handover"),
    path("proofs/<str:waybill>.pdf", papers.proof, name="print_proof"),
]
