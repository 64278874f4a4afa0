// Forms of couriers and drivers. Everything here is a convenience: the pages do the same without it.
import { shrink } from "./photo.js";

// A phone's photo is made small before it travels, so that it goes through on a slow line.
for (const input of document.querySelectorAll("input[type=file][data-shrink]")) {
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    const small = await shrink(file);
    if (small === file || small.size >= file.size || input.files[0] !== file) return;
    const list = new DataTransfer();
    list.items.add(new File([small], "photo.jpg", { type: small.type }));
    input.files = list.files;
  });
}

// A double tap sends once. A page that comes back from the browser's memory can be sent again.
for (const button of document.querySelectorAll("button[data-once]")) {
  button.form?.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    setTimeout(() => (button.disabled = true));
  });
}
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[data-once]")) button.disabled = false;
});

// How many numbers stand in a box.
for (const counter of document.querySelectorAll("[data-count]")) {
  const box = document.getElementById(counter.dataset.count);
  const tell = () => {
    const n = box.value.split(/[\s,，、;；]+/u).filter(Boolean).length;
    counter.textContent = n ? counter.dataset.text.replace("%(n)s", n) : "";
  };
  box.addEventListener("input", tell);
  tell();
}

// The giver's phone waits for the taker's answer and then shows the result.
const watched = document.querySelector("[data-watch]");
if (watched) {
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch(watched.dataset.watch, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    if ((await answer.json()).state !== watched.dataset.state && !typing()) location.reload();
  };
  setInterval(ask, 3000);
}

function typing() {
  return [...document.querySelectorAll("textarea, input[type=text], input[name=dispute]")].some((field) => field.value);
}

// A badge is renewed before it ends.
const badge = document.querySelector("[data-again]");
if (badge) setTimeout(() => location.reload(), Number(badge.dataset.again) * 1000);
