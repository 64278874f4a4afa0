"""The scan pages' JSON, under /work/. Session login; every POST carries X-CSRFToken and a JSON body.

Names of the addresses (reverse()):

    choose_station      POST /work/station/                          form fields station, next; JSON answer on request
    scan_post           POST /work/scan/<task>/                      one scan
    scan_answer         POST /work/scan/answer/                      {"id", "value", "destination"?}
    scan_undo           POST /work/scan/undo/                        {"id"}
    scan_recent         GET  /work/scan/recent/?task=&station=       {"scans": [answer … newest first, at most 50]}
    scan_bags           GET  /work/scan/bags/?station=               {"bags": [open bags], "lanes": [{code, name}]}
                        POST /work/scan/bags/                        {"station", "destination"} → {"bag"}
    scan_bag            GET  /work/scan/bags/<bag>/                  {"bag", "numbers"}
    scan_bag_seal       POST /work/scan/bags/<bag>/seal/             {"seal"} → {"bag"}
    scan_bag_open       POST /work/scan/bags/<bag>/open/             {"station", "seal_intact", "found": […]|null}
                                                                     → {"bag", "present", "missing", "extra"}
    scan_bag_remove     POST /work/scan/bags/<bag>/remove/           {"number"} → {"bag"}
    scan_handovers      GET  /work/scan/handovers/?station=          {"handovers": [open, to answer or to wait for]}
                        POST /work/scan/handovers/                   {"id", "station", "to": {"kind", "ref"}, "numbers",
                                                                     "photo"} → {"handover"}; kind station or carrier
                                                                     with a code, badge with the text of its QR
    scan_handover       GET  /work/scan/handovers/<handover>/        {"handover", "numbers":
                                                                     [{number, bag, tail, expected, scanned}]}
    scan_handover_take  POST /work/scan/handovers/<handover>/take/   {"numbers", "dispute", "photo"}
                                                                     → {"handover", "missing", "extra"}
    scan_handover_withdraw POST …/withdraw/                          → {"handover"}
    scan_give_out       POST /work/scan/give-out/<waybill>/          {"id"?, "station", "method", "code", "token",
                                                                     "pin", "proxy", "also": [waybills]} → answer
    scan_stock_takes    POST /work/scan/stock-takes/                 {"station"}
                                                                     → {"stock_take": {id, state, expected, scanned}}
    scan_stock_take_end POST /work/scan/stock-takes/<stock_take>/end/ {"confirm": bool, "drop": bool}
                                                                     → {"stock_take", "missing", "extra"}
    scan_depart         POST /work/scan/depart/                      {"station", "numbers", "stage"?}
                                                                     → {"departed": parcels, "stage"}

One scan: {"id": uuid made by the phone, "number": what was read, "station": station code, and by the phone's clock, ISO
with offset: "at" when it was read, "sent" when it is sent (so that what waited for a line is dated right)}
and of its task: sort and open-bag `bag`, inbound and stock-take `shelf`, take-over `handover`, stock-take `stock_take`.
Every judged scan is answered by 200, also a refusal; the same id again gets the stored answer (a mended "undo" or
"undone": true excepted). The answer: logistics/desk/answers.py. Worth knowing:

- `code` "shelf": a shelf label was read; facts.shelf is the shelf from now on. `code` "bag" (sort, open-bag): a bag was
  read; facts.bag is the bag from now on. `code` "handover" (take-over): facts.handover is.
- `code` "extra" (result "refused"): not on the list. open-bag and take-over: send the number at the end with the
  others, so that it is recorded; stock-take: already recorded.
- result "repeat" in hand-over, open-bag and take-over: put the number on the page's list if it is not there.
- `code` "badge" (hand-over): the taker's QR was read; offer to {"kind": "badge", "ref": what was read}.
- ask.kind: "consent" (in_person, phone, refuse), "register" (carrier codes, "aside"; ask.destinations, if any, is the
  list of stations one of which goes with the answer as "destination"), "wrong_station" (record, leave), "which"
  (waybills: two carriers use the number), "piece"
  (inbound of several pieces: another, same), "proof" (give-out: code, link, identity; not answered here but by
  scan_give_out; ask.by is the method that is already proved, or ""; ask.proxies are the named proxies, ask.together the
  recipient's other parcels waiting here). An answer that is no choice leaves the question as it was.
- give-out, number a six-digit code or a link: that is the proof already; send it with scan_give_out as "code" or
  "token". It opens the parcel it belongs to, and of ask.together those that are sent along as "also".
- `undo` is true while scan_undo may still be called (30 minutes, own scans).

Errors that are no scans have {"error": {code, message, hint}}: 400 not readable, 401 sign in again and send the same
id, 403 (code "form_expired": fetch a new CSRF token), 404 (also a station where one does not work, and somebody else's
id), 409, 413 beyond 64 KB, 429 and 503 with Retry-After: keep the scan and send it again with its id. Send "Accept:
application/json" with every GET.
"""
