// The nearest stations, reckoned inside the phone: the reader's position is sent nowhere.
const NEAREST = 5;
const EARTH = 6371000; // metres, mean radius
const button = document.querySelector("[data-near]");
const answer = document.querySelector("[data-near-answer]");

function metres(a, b) {
  const rad = (degrees) => (degrees * Math.PI) / 180;
  const half = Math.sin(rad(b.lat - a.lat) / 2) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(rad(b.lon - a.lon) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.sqrt(half));
}

function far(distance) {
  const near = distance < 950;
  return (near ? answer.dataset.m : answer.dataset.km).replace("{n}", near ? Math.round(distance / 50) * 50 : (distance / 1000).toFixed(1));
}

function line(point, distance) {
  const item = document.createElement("li");
  item.className = point.tone === "calm" ? "line-ok" : "line-off";
  const link = Object.assign(document.createElement("a"), { href: point.href, textContent: point.name });
  const state = Object.assign(document.createElement("span"), { className: "hint", textContent: point.text });
  const how = Object.assign(document.createElement("span"), { className: "distance", textContent: far(distance) });
  item.append(link, state, how);
  return item;
}

function where() {
  return new Promise((done, refused) => {
    navigator.geolocation.getCurrentPosition(done, refused, { enableHighAccuracy: false, timeout: 15000, maximumAge: 60000 });
  });
}

async function show() {
  const says = answer.querySelector("[role=status]");
  const list = answer.querySelector("ol");
  answer.hidden = false;
  says.textContent = answer.dataset.asking;
  list.replaceChildren();
  let position;
  try {
    ({ coords: position } = await where());
  } catch {
    says.textContent = answer.dataset.refused;
    return;
  }
  try {
    const { points } = await (await fetch(button.dataset.near, { headers: { accept: "application/json" } })).json();
    const here = { lat: position.latitude, lon: position.longitude };
    const sorted = points.map((point) => [point, metres(here, point)]).sort((a, b) => a[1] - b[1]);
    list.replaceChildren(...sorted.slice(0, NEAREST).map(([point, distance]) => line(point, distance)));
    says.textContent = answer.dataset.private;
  } catch {
    says.textContent = answer.dataset.failed;
  }
}

if (button && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", show);
}
