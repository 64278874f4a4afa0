// The map of stations: Leaflet and the points are loaded when the reader asks for them, never before.
import { makeGround } from "../map/ground.js";

function load(tag, attributes) {
  return new Promise((done, failed) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.addEventListener("load", done);
    element.addEventListener("error", failed);
    document.head.append(element);
  });
}

async function open(box) {
  const { script, sheet, sheetGround, points, at, zoomIn, zoomOut } = box.dataset;
  const [answer] = await Promise.all([
    fetch(points, { headers: { accept: "application/json" } }),
    window.L ?? load("script", { src: script }),
    load("link", { rel: "stylesheet", href: sheet }),
    load("link", { rel: "stylesheet", href: sheetGround }),
  ]);
  if (!answer.ok) throw new Error(`points: ${answer.status}`);
  const place = box.querySelector(".finder-map");
  place.hidden = false;
  const ground = makeGround(place, { ...(await answer.json()), words: { zoomIn, zoomOut } });
  if (at) ground?.show(at);
  place.scrollIntoView({ block: "nearest" });
}

for (const box of document.querySelectorAll("[data-map]")) {
  const button = box.querySelector("[data-open-map]");
  const failed = box.querySelector("[data-map-failed]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    failed.hidden = true;
    try {
      await open(box);
      button.hidden = true;
    } catch {
      failed.textContent = box.dataset.failed;
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
