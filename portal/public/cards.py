"""Facts of a parcel as HTML. Plain string work: this runs on every lookup, where a template takes ten times as long."""

from __future__ import annotations

from html import escape
from typing import Any

from logistics.parcels.selectors_pieces import pieces_sentence
from logistics.parcels.states import DEPARTURES, RANKS, Stage
from portal.public.telling import Place, Told, Way, told_of
from portal.public.words import NO_RAIL, Words, clock, county_time

Facts = dict[str, Any]
_MOVES = frozenset({Stage.AT_COUNTY, Stage.AT_TOWN, *DEPARTURES})


def card(facts: Facts, w: Words, heading: str = "h2", more_link: str = "") -> str:
    """The state of one parcel: stage, meaning, open issue, road, facts. No timeline."""
    told, pieces = told_of(facts), facts.get("pieces")
    title, meaning = _sentence(facts, told, w)
    if pieces:  # tier 1, while it waits at the counter
        meaning = f"{pieces_sentence(**pieces)}</p><p>{meaning}" if pieces["here"] else pieces_sentence(**pieces)
    waits = _waits(facts, w) if told.place is Place.COLLECT else ""
    parts = [
        '<section class="card stack" data-read>',
        f'<div class="stack-tight"><{heading} class="stage">{title}</{heading}>',
        f"<p>{meaning}</p>{waits}</div>",
        _issue(told, w),
        _rail(facts, w),
        _facts(facts, told, w),
        f'<p><a href="{escape(more_link)}">{w.labels["more"]}</a></p>' if more_link else "",
        "</section>",
    ]
    return "".join(parts)


def _sentence(facts: Facts, told: Told, w: Words) -> tuple[str, str]:
    """The large line and what it means."""
    if told.way is Way.INSTEAD:
        return w.issues[told.issue], w.advice[told.issue]
    if told.sentence == "forwarded":
        by = escape(facts["successor"]["carrier"] or "")
        number = f'<span class="number">{escape(facts["successor"]["number"])}</span>'
        return w.labels["forwarded"] % {"carrier": by}, w.labels["forwarded_text"] % {"number": number}
    if told.sentence == "no_texts":
        return w.stages[facts["stage"]], w.labels["no_texts"]
    if told.sentence:
        return w.labels[told.sentence], w.labels[f"{told.sentence}_text"]
    return w.stages[facts["stage"]], w.meanings.get(facts["stage"], "")


def _waits(facts: Facts, w: Words) -> str:
    """Which day it lies there, and until when: what people ask most."""
    waits = facts.get("waits")
    if not waits:
        return ""
    until = waits["until"]
    text = w.labels["day"] % {"n": waits["day"]}
    if until:
        text = w.labels["day_until"] % {"n": waits["day"], "until": w.short(county_time(until))}
    return f"<p><strong>{text}</strong></p>"


def _issue(told: Told, w: Words) -> str:
    if not told.issue or told.way is Way.INSTEAD:
        return ""
    return (
        f'<div class="notice notice-warn"><p><strong>{w.issues[told.issue]}</strong></p>'
        f"<p>{w.advice[told.issue]}</p></div>"
    )


def _rail(facts: Facts, w: Words) -> str:
    stage, direction = facts["stage"], facts["direction"]
    if stage in NO_RAIL:
        return ""
    rank = RANKS[direction][stage]
    steps = w.rails[direction]
    here = max(i for i, (start, _text) in enumerate(steps) if rank >= start)
    items = []
    for i, (_start, text) in enumerate(steps):
        if i < here:
            items.append(f'<li class="done">{text}<span class="visually-hidden">({w.labels["done"]})</span></li>')
        elif i == here:
            items.append(f'<li class="now" aria-current="step">{text}</li>')
        else:
            items.append(f"<li>{text}</li>")
    return f'<ol class="rail" aria-label="{w.labels["journey"]}">{"".join(items)}</ol>'


def _facts(facts: Facts, told: Told, w: Words) -> str:
    rows: list[tuple[str, str]] = []
    last = facts["last_event_at"]
    rows.append(("last", w.moment(county_time(last)) if last else w.labels["none_yet"]))
    if facts.get("variant"):
        rows.append(("variant", w.variants[facts["variant"]]))
    if facts.get("recipient"):
        rows.append(("recipient", escape(f"{facts['recipient']['name']} {facts['recipient']['phone']}")))
    place = " ".join(n for n in (facts["county"], facts["township"], facts.get("village")) if n)
    if place:
        rows.append(("place", escape(place)))
    if facts["station"] and told.place is not Place.NONE:
        collect = told.place is Place.COLLECT
        rows.append((str(told.place), _joined(facts["station"]["name"], facts["station"]["hours"] if collect else "")))
        if facts["station"].get("address"):
            rows.append(("address", escape(facts["station"]["address"])))
        if facts["station"].get("phone"):
            rows.append(("phone", _telephone(facts["station"]["phone"])))
    if facts["eta"]:
        rows.append(("eta", w.band(county_time(facts["eta"]["from"]), county_time(facts["eta"]["until"]))))
    if facts.get("successor"):
        new = facts["successor"]
        call = f" {_telephone(new['hotline'])}" if new["hotline"] else ""
        number = f'<span class="number">{escape(new["number"])}</span>'
        rows.append(("successor", f"{number} {escape(new['carrier'] or '')}{call}"))
    if facts["carrier"]:
        name, hotline = facts["carrier"]["name"], facts["carrier"]["hotline"]
        rows.append(("carrier", f"{escape(name)} {_telephone(hotline)}" if hotline else escape(name)))
    return f'<dl class="facts">{"".join(f"<dt>{w.labels[k]}</dt><dd>{v}</dd>" for k, v in rows)}</dl>'


def _joined(name: str, hours: str) -> str:
    return f'{escape(name)} <span class="muted">{escape(hours)}</span>' if hours else escape(name)


def _telephone(number: str) -> str:
    dial = "".join(c for c in number if c.isdigit() or c == "+")
    return f'<a href="tel:{dial}">{escape(number)}</a>'


def timeline(events: list[Facts], w: Words) -> str:
    """What happened, newest day first, newest event first within the day."""
    if not events:
        return ""
    parts = [f'<section class="stack-tight" data-read><h2>{w.labels["timeline"]}</h2>']
    day, latest = "", ' class="latest"'
    for event in reversed(_told_once(events)):
        moment = county_time(event["at"])
        heading = w.day(moment)
        if heading != day:
            parts.append(f'{"</ol></div>" if day else ""}<div class="day"><h3>{heading}</h3><ol class="timeline">')
            day = heading
        parts.append(f"<li{latest}><time>{clock(moment)}</time>{_line(event, w)}</li>")
        latest = ""
    parts.append("</ol></div></section>")
    return "".join(parts)


def _told_once(events: list[Facts]) -> list[Facts]:
    """Without what two sources said of one arrival or departure: a confirmed handover and the scan after it."""
    kept: list[Facts] = []
    for event in events:
        before = kept[-1] if kept else None
        again = before is not None and event["place"] and not event.get("text") and event["code"] in _MOVES
        if not (again and (before["code"], before["place"]) == (event["code"], event["place"])):
            kept.append(event)
    return kept


def _line(event: Facts, w: Words) -> str:
    line = w.event(event["code"], event["issue"])
    if event["place"]:
        line += f" · {escape(event['place'])}"
    if event.get("text"):
        line += f'<br><span class="muted">{escape(event["text"])}</span>'
    return line
