"""Pictures of what a scan page answers: on a phone by day and by night, on a tablet, one on a wide screen.

What is scanned for them changes nothing: finding, asking for a proof, a number nobody knows.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from PIL import Image
from playwright.sync_api import Page

TALLEST = 1300  # pixels of a sheet: what lies below is the list going on
GAP, GROUND = 16, "#9aa09c"
COLUMNS = ((360, False), (360, True), (768, False))  # width, dark


def desk(camera: Any, shown: dict[str, Any]) -> None:
    waiting = shown["waiting"].carrier_number
    sheet(camera, "scan-inbound", "/work/inbound/", "keeper", scan("HJ/3-2"))
    sheet(camera, "scan-inbound-question", "/work/inbound/", "keeper", scan("YT99988877766"))
    sheet(camera, "scan-inbound-stop", "/work/inbound/", "keeper", scan("XN"))
    sheet(camera, "scan-inbound-offline", "/work/inbound/", "keeper", without_line)
    sheet(camera, "scan-find", "/work/find/", "keeper", scan(waiting))
    sheet(camera, "scan-give-out", "/work/give-out/", "keeper", scan(waiting))
    sheet(camera, "print", "/work/print/", "keeper")
    sheet(camera, "print-labels", "/work/print/labels/", "keeper", print_unknown)
    sheet(camera, "print-shelves", "/work/print/shelves/", "keeper")
    with camera.page("/work/inbound/", width=1280, who="keeper") as page:
        scan("HJ/3-2")(page)
        camera.keep(page, "scan-inbound-1280", whole=False)


def begin(page: Page) -> None:
    page.wait_for_selector("html[data-desk=ready]")


def scan(number: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        begin(page)
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        page.wait_for_selector("#band[data-result]:not([data-result=ready])")

    return act


def print_unknown(page: Page) -> None:
    page.locator("#id_numbers").fill("78009999999")
    page.locator("main form[method=post] button.button").last.click()
    page.wait_for_selector("#troubles")


def without_line(page: Page) -> None:
    begin(page)
    page.context.set_offline(True)
    page.keyboard.type("XN000000000000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#band[data-result=waiting]")


def sheet(camera: Any, name: str, path: str, who: str, act: Callable[[Page], None] | None = None) -> None:
    """One picture of a page in every shape of COLUMNS, side by side."""
    shots = []
    for width, dark in COLUMNS:
        with camera.page(path, width=width, who=who, dark=dark) as page:
            if act:
                act(page)
            shots.append(Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB"))
    height = min(TALLEST, max(shot.height for shot in shots))
    whole = Image.new("RGB", (sum(s.width for s in shots) + GAP * (len(shots) - 1), height), GROUND)
    left = 0
    for shot in shots:
        whole.paste(shot.crop((0, 0, shot.width, min(shot.height, height))), (left, 0))
        left += shot.width + GAP
    camera.store(whole, name)
