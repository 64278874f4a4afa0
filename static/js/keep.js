// A form that was sent when the login had expired is filled in again after logging in. What was typed stays in this
// tab, for this person only, until the form is answered. Passwords, codes and files are never kept.
const KEY = "portal:typed";
const reader = document.querySelector("main")?.dataset.reader ?? "";
const words = document.querySelector("script[data-restored]")?.dataset.restored ?? "";
const entering = location.pathname.startsWith("/accounts/");

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null; // no storage, or not ours
  }
}

function store(draft) {
  try {
    if (draft) sessionStorage.setItem(KEY, JSON.stringify(draft));
    else sessionStorage.removeItem(KEY);
  } catch {
    // without storage nothing is kept: the form works as ever
  }
}

function fields(form) {
  return [...form.elements].filter(
    (field) =>
      field.name && !["hidden", "password", "file", "submit", "button", "fieldset"].includes(field.type) &&
      !/one-time-code|password/.test(field.autocomplete ?? "") && !("noKeep" in field.dataset) && field.tagName !== "BUTTON",
  );
}

function typed(form) {
  return fields(form).map((field) => [field.name, ["checkbox", "radio"].includes(field.type) ? [field.value, field.checked] : field.value]);
}

function fill(form, values) {
  const free = [...values];
  for (const field of fields(form)) {
    const box = ["checkbox", "radio"].includes(field.type);
    const at = free.findIndex(([name, value]) => name === field.name && (!box || value[0] === field.value));
    if (at < 0) continue;
    const [[, value]] = free.splice(at, 1);
    if (box) field.checked = value[1];
    else field.value = value;
  }
}

function formOf(draft) {
  return [...document.querySelectorAll("main form[method=post]")].find((form) => form.action === draft.action);
}

function restore(draft) {
  const form = formOf(draft);
  if (!form) return;
  store(null);
  fill(form, draft.values);
  form.closest("details")?.setAttribute("open", "");
  const note = Object.assign(document.createElement("p"), { className: "notice notice-info", textContent: words });
  note.setAttribute("role", "status");
  form.prepend(note);
}

const draft = load();
if (draft && entering) store({ ...draft, expired: true });
else if (draft && (!draft.expired || draft.reader !== reader)) store(null); // it was answered, or is somebody else's
else if (draft) restore(draft);

if (!entering && reader) {
  document.querySelector("main").addEventListener("submit", ({ target: form }) => {
    if (form.method !== "post" || !typed(form).some(([, value]) => typeof value === "string" && value.trim())) return;
    store({ reader, action: form.action, values: typed(form), expired: false });
  });
}
