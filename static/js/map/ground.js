/* A map of the county that needs nobody's tiles: neutral ground, a graticule, names of townships, stations as dots.
 *
 *     import { makeGround } from "…/ground.js";
 *     makeGround(element, { points, labels, tiles, words, onPick });
 *
 * `points`: [{id, name, lon, lat, kind: hub|township|village|locker, tone: calm|busy|full|off, text, href, illustrative}]
 * `labels`: [{name, lon, lat}]          names written on the ground
 * `tiles`:  {url, attribution} or null   a tile source, when the county has set one (MAP_TILES_URL)
 * `words`:  {zoomIn, zoomOut}            in the reader's language
 * `onPick(point)`: a dot was chosen; without it a dot leads to its `href`.
 * Needs Leaflet loaded before as the global L. Colours come from static/css/map.css by class.
 * Returns {map, show(id)} — `show` moves to a point and opens its text — or null when there is nothing to draw. */

const RADIUS = { hub: 11, township: 8, village: 5, locker: 5 };
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

export function makeGround(element, { points = [], labels = [], tiles = null, words = {}, onPick = null }) {
  const L = window.L;
  const placed = points.filter((p) => Number.isFinite(p.lon) && Number.isFinite(p.lat));
  if (!L || (!placed.length && !labels.length)) return null;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    zoomControl: false, attributionControl: Boolean(tiles), minZoom: 6, maxZoom: 17,
    zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still,
  });
  L.control.zoom({ zoomInTitle: words.zoomIn || "+", zoomOutTitle: words.zoomOut || "−" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  element.classList.add("ground");
  if (tiles) {
    map.attributionControl.setPrefix(false);
    L.tileLayer(tiles.url, { attribution: escaped(tiles.attribution || ""), maxZoom: 17 }).addTo(map);
  }
  const all = [...placed, ...labels];
  map.fitBounds(L.latLngBounds(all.map((p) => [p.lat, p.lon])).pad(0.12), { animate: false, maxZoom: 14 });
  if (!tiles) graticule(L, map);
  for (const label of labels) {
    const icon = L.divIcon({ className: "ground-label", html: `<span>${escaped(label.name)}</span>`, iconSize: null });
    L.marker([label.lat, label.lon], { icon, interactive: false, keyboard: false }).addTo(map);
  }
  const dots = new Map();
  for (const point of [...placed].sort((a, b) => RADIUS[a.kind] - RADIUS[b.kind]).reverse()) {
    dots.set(point.id, dot(L, map, point, onPick));
  }
  return {
    map,
    show(id) {
      const found = dots.get(id);
      if (!found) return;
      map.setView(found.getLatLng(), Math.max(map.getZoom(), 12), { animate: !still });
      found.openTooltip();
    },
  };
}

function dot(L, map, point, onPick) {
  const made = L.circleMarker([point.lat, point.lon], {
    radius: RADIUS[point.kind] || 5,
    className: `ground-dot tone-${point.tone || "calm"}${point.illustrative ? " illustrative" : ""}`,
    keyboard: false,
  }).addTo(map);
  made.bindTooltip(escaped(point.text ? `${point.name} · ${point.text}` : point.name), { direction: "top" });
  made.on("click", () => {
    if (onPick) onPick(point);
    else if (point.href) window.location.assign(point.href);
  });
  return made;
}

/* Lines of longitude and latitude, drawn anew when the map moves: about six across the view. */
function graticule(L, map) {
  const lines = L.layerGroup().addTo(map);
  const draw = () => {
    const box = map.getBounds();
    const wide = box.getEast() - box.getWest();
    const step = STEPS.find((s) => wide / s <= 8) || 10;
    lines.clearLayers();
    const line = (ends) => L.polyline(ends, { className: "ground-line", interactive: false, weight: 1 }).addTo(lines);
    for (let x = Math.ceil(box.getWest() / step) * step; x <= box.getEast(); x += step) {
      line([[box.getSouth(), x], [box.getNorth(), x]]);
    }
    for (let y = Math.ceil(box.getSouth() / step) * step; y <= box.getNorth(); y += step) {
      line([[y, box.getWest()], [y, box.getEast()]]);
    }
    lines.eachLayer((drawn) => drawn.bringToBack());
  };
  map.on("moveend", draw);
  draw();
}

function escaped(text) {
  const box = document.createElement("span");
  box.textContent = text;
  return box.innerHTML;
}
