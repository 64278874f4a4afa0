// Asks the service worker to keep what this page needs to open without a line.
import { config } from "./words.js";

async function keep({ worker, scope, page }) {
  await navigator.serviceWorker.register(worker, { scope });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const parts = [...new Set(loaded)].filter((name) => name.startsWith(`${location.origin}/static/`));
  active.postMessage({ keep: { path: location.pathname, bare: page, parts } });
}

if (config.keeping && "serviceWorker" in navigator) {
  const begin = () => keep(config.keeping).catch(() => {}); // a browser that refuses opens pages with a line only
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
}
