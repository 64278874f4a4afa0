// Files go up as soon as they are chosen, one after the other, after what was typed was saved. Without this script one
// chooses a file and presses the button.
import { save } from "./form.js";

async function send(form, file) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("file", file);
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, headers: { accept: "application/json" } });
  if (answer.ok) return "";
  const told = await answer.json().catch(() => null);
  return told?.error ? `${told.error.message} ${told.error.hint}` : form.dataset.failed;
}

async function upload(form, files) {
  const says = form.querySelector("[data-status]");
  const refused = form.querySelector("[data-refused]");
  const problems = [];
  refused.hidden = true;
  let kept = 0;
  for (const [at, file] of files.entries()) {
    says.textContent = form.dataset.sending.replace("{n}", at + 1).replace("{total}", files.length);
    const problem = await send(form, file).catch(() => form.dataset.failed);
    if (problem) problems.push(files.length > 1 ? `${file.name}：${problem}` : problem);
    else kept += 1;
  }
  says.textContent = "";
  refused.textContent = problems.join(" ");
  refused.hidden = !problems.length;
  if (kept && !problems.length && (await save())) {
    location.hash = form.closest("section").id;
    location.reload();
  } else if (kept) says.textContent = form.dataset.kept.replace("{n}", kept);
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.elements.file;
  const button = form.querySelector("button");
  input.multiple = true;
  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    button.disabled = true;
    await upload(form, [...input.files]);
    button.disabled = false;
    input.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    input.click();
  });
}
