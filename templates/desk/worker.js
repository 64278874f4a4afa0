// Opens a scan page without a line. Network first: what the portal answers always wins; kept are only the bare pages
// (no person, no parcel, no token in them), what they are made of, and a page that says that there is no line.
// Nothing is sent from here: scans wait in the page's own drawer (static/js/desk/outbox.js).
const CACHE = "desk-{{ version }}";
const AWAY = "{{ away }}";
const PATIENCE = 6000; // ms until a dead line counts as none, when there is something to show instead

self.addEventListener("install", (event) => event.waitUntil(keepAway().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));

self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keep(event.data.keep));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(part(request));
});

async function keepAway() {
  const answer = await fetch(AWAY, { cache: "reload" });
  if (!answer.ok || answer.redirected) throw new Error("no page to keep");
  await (await caches.open(CACHE)).put(AWAY, answer);
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("desk-") && name !== CACHE).map((name) => caches.delete(name)));
}

/** Keeps the bare form of a page that is open now, and the parts it loaded. */
async function keep({ path, bare, parts }) {
  const cache = await caches.open(CACHE);
  await Promise.allSettled(parts.map(async (one) => (await cache.match(one)) ?? cache.add(one)));
  if (!bare) return;
  const answer = await fetch(bare, { credentials: "same-origin", cache: "no-store" });
  if (answer.ok && !answer.redirected) await cache.put(path, answer);
}

async function page(request, path) {
  const kept = (await match(path)) ?? (await match(AWAY));
  try {
    return await (kept ? soon(fetch(request)) : fetch(request));
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function part(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await match(request);
    if (kept) return kept;
    throw error;
  }
}

const match = async (what) => (await caches.open(CACHE)).match(what);

function soon(answer) {
  return Promise.race([answer, new Promise((_, fail) => setTimeout(() => fail(new Error("no line")), PATIENCE))]);
}
