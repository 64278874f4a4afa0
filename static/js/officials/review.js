// What a reviewer ticks and writes is kept while they work, and when they leave: the page's own button "save" does the
// same. A decision is only ever made by its button.
const form = document.getElementById("review");
const status = form.querySelector("[data-status]");
const PAUSE = 1200; // milliseconds without a change before a save
let waiting = 0, dirty = false;

function send(leaving = false) {
  clearTimeout(waiting);
  dirty = false;
  const content = new URLSearchParams(new FormData(form));
  content.delete("why"); // said with the decision only
  return fetch(form.getAttribute("action"), {
    method: "POST", body: content, keepalive: leaving, redirect: "manual", headers: { "X-Autosave": "1", accept: "application/json" },
  });
}

async function save() {
  if (!dirty) return;
  status.textContent = form.dataset.saving;
  const told = await send().then(async (answer) => ({ ok: answer.ok, ...(await answer.json()) })).catch(() => ({ ok: false }));
  if (told.ok) status.textContent = form.dataset.saved.replace("{time}", told.saved);
  else {
    dirty = true;
    status.textContent = [told.error?.message, form.dataset.failed].filter(Boolean).join(" ");
  }
}

// The reason of a refusal goes out with the decision only; until then this tab keeps it through a reload.
const why = form.elements.why, key = `review:${form.getAttribute("action")}`;
why.value ||= sessionStorage.getItem(key) ?? "";

form.addEventListener("input", ({ target }) => {
  if (target === why) return sessionStorage.setItem(key, why.value);
  dirty = true;
  clearTimeout(waiting);
  waiting = setTimeout(save, PAUSE);
});
form.addEventListener("submit", () => {
  clearTimeout(waiting);
  dirty = false;
});
addEventListener("pagehide", () => {
  if (dirty) send(true);
});
