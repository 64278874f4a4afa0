// An application is saved as it is typed. What could not be saved stays in the page and is tried again; nothing that
// was typed is ever taken out of a field. Without this script the button "save" does the same.
const form = document.querySelector("form[data-autosave]");
const status = form.querySelector("[data-status]");
const words = form.dataset;
const PAUSE = 1200; // milliseconds without typing before a save
const AGAIN = 15000; // milliseconds until a failed save is tried again
const dirty = new Set(); // names of fields changed since the last save
const touched = new Set(); // names of fields that were left once: only these show their problems
let waiting = 0;
let running = null;
let leaving = false;

const boxOf = (name) => form.querySelector(`[data-field="${CSS.escape(name)}"]`);

function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

function later(milliseconds) {
  clearTimeout(waiting);
  waiting = setTimeout(save, milliseconds);
}

function contentOf(names) {
  const all = new FormData(form);
  const sent = new URLSearchParams();
  sent.set("_only", names.join(" "));
  sent.set("csrfmiddlewaretoken", all.get("csrfmiddlewaretoken"));
  for (const [name, value] of all) if (names.includes(name)) sent.append(name, value);
  return sent;
}

async function send(names) {
  const answer = await fetch(form.getAttribute("action"), {
    method: "POST", body: contentOf(names), headers: { accept: "application/json" }, redirect: "manual",
  });
  if (answer.type === "opaqueredirect" || answer.status === 401) return { expired: true };
  const told = await answer.json().catch(() => null);
  if (answer.ok && told) return told;
  return { error: told?.error ?? { message: words.failed }, final: answer.status === 409 || answer.status === 404 };
}

/* Saves what changed. Resolves to whether everything typed is kept. */
export async function save() {
  clearTimeout(waiting);
  if (running) {
    await running;
    return save();
  }
  if (!dirty.size || leaving) return !dirty.size;
  const names = [...dirty];
  dirty.clear();
  say(words.saving);
  running = send(names);
  let told;
  try {
    told = await running;
  } catch {
    told = { lost: true };
  } finally {
    running = null;
  }
  if (told.saved) {
    if (!dirty.size) say(words.saved.replace("{time}", told.saved));
    show(told.problems);
    return !dirty.size;
  }
  for (const name of names) dirty.add(name);
  if (told.error) {
    say([told.error.message, told.error.hint].filter(Boolean).join(" "));
    show(told.error.fields ?? {}, names);
  } else say(told.expired ? words.expired : navigator.onLine === false ? words.offline : words.failed);
  if (!told.final) later(AGAIN);
  return false;
}

function show(problems, only = null) {
  for (const box of form.querySelectorAll("[data-field]")) {
    const name = box.dataset.field;
    if (only ? !only.includes(name) : !touched.has(name)) continue;
    const place = box.querySelector(".field-error");
    const text = problems[name] ?? "";
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
    for (const field of box.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "checkbox") continue;
      if (text) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
}

function asked() {
  const data = new FormData(form);
  for (const box of document.querySelectorAll("[data-only]")) {
    const [name, values] = box.dataset.only.split(":");
    box.hidden = !values.split(" ").some((value) => data.getAll(name).includes(value));
  }
}

form.addEventListener("input", ({ target }) => {
  if (!target.name) return;
  dirty.add(target.name);
  later(PAUSE);
});
form.addEventListener("change", ({ target }) => {
  if (!target.name) return;
  dirty.add(target.name);
  touched.add(target.name);
  asked();
  later(200);
});
form.addEventListener("focusout", ({ target }) => {
  if (!target.name) return;
  touched.add(target.name);
  if (dirty.size) later(0);
});
form.addEventListener("submit", () => {
  leaving = true;
  clearTimeout(waiting);
});
addEventListener("online", () => later(0));
addEventListener("pageshow", () => (leaving = false));
addEventListener("beforeunload", (event) => {
  if (dirty.size && !leaving) event.preventDefault();
});
for (const box of form.querySelectorAll("[data-field]")) {
  if (!box.querySelector(".field-error").hidden) touched.add(box.dataset.field);
}
asked();
