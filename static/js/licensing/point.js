// A pin on the map, or where the phone is, fills in the coordinates; the field itself stays and can be typed into.
import { makeGround } from "../map/ground.js";

const load = (tag, attributes) =>
  new Promise((done, failed) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.addEventListener("load", done);
    element.addEventListener("error", failed);
    document.head.append(element);
  });

const read = (text) => {
  const found = /^\s*(-?\d+(?:\.\d+)?)[,，\s]+(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  return found ? { lon: Number(found[1]), lat: Number(found[2]) } : null;
};

function tools(box) {
  const field = document.getElementById(box.dataset.point);
  const says = box.querySelector("[data-says]");
  const set = (lon, lat) => {
    field.value = `${lon.toFixed(6)},${lat.toFixed(6)}`;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    says.textContent = box.dataset.set.replace("{point}", field.value);
  };
  return { field, says, set };
}

async function open(box, { field, says, set }) {
  const { script, sheet, sheetGround, points, zoomIn, zoomOut } = box.dataset;
  const [answer] = await Promise.all([
    fetch(points, { headers: { accept: "application/json" } }),
    window.L ?? load("script", { src: script }),
    load("link", { rel: "stylesheet", href: sheet }),
    load("link", { rel: "stylesheet", href: sheetGround }),
  ]);
  if (!answer.ok) throw new Error(`points: ${answer.status}`);
  const place = box.querySelector(".apply-map");
  place.hidden = false;
  const known = await answer.json();
  const typed = read(field.value);
  if (typed && !known.points.length && !known.labels.length) known.labels = [{ name: "", ...typed }];
  const ground = makeGround(place, { ...known, words: { zoomIn, zoomOut }, onPick: ({ lon, lat }) => put(lon, lat) });
  if (!ground) {
    place.hidden = true; // no station of the county has a place yet: there is nothing to find one's way by
    says.textContent = box.dataset.empty;
    return;
  }
  let pin = null;
  const show = ({ lon, lat }) => {
    pin?.remove();
    pin = window.L.circleMarker([lat, lon], { radius: 12, className: "ground-pin", keyboard: false, interactive: false }).addTo(ground.map);
  };
  const put = (lon, lat) => {
    show({ lon, lat });
    set(lon, lat);
  };
  ground.map.on("click", ({ latlng }) => put(latlng.lng, latlng.lat));
  field.addEventListener("input", () => {
    const now = read(field.value);
    if (now) show(now);
  });
  if (typed) {
    show(typed);
    ground.map.setView([typed.lat, typed.lon], 13, { animate: false });
  }
  says.textContent = box.dataset.how;
}

for (const box of document.querySelectorAll("[data-point]")) {
  const { field, says, set } = tools(box);
  const pin = box.querySelector("[data-open-pin]");
  const here = box.querySelector("[data-here]");
  pin.hidden = false;
  pin.addEventListener("click", async () => {
    pin.disabled = true;
    try {
      await open(box, { field, says, set });
      pin.hidden = true;
    } catch {
      says.textContent = box.dataset.failed;
      pin.disabled = false;
    }
  });
  if (!("geolocation" in navigator)) continue;
  here.hidden = false;
  here.addEventListener("click", () => {
    says.textContent = box.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        set(coords.longitude, coords.latitude);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      },
      () => (says.textContent = box.dataset.refused),
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  });
}
