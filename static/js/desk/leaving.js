// At log-out: says what of this person's scans has not been sent, and takes it out of the browser when they go anyway.
const note = document.getElementById("unsent");
const DRAWER = "desk.waiting.";

async function look() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(DRAWER));
  if (!keys.length) return;
  const answer = await fetch(note.dataset.who, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { user } = await answer.json();
  const own = keys.filter((key) => key.startsWith(`${DRAWER}${user}.`));
  if (!own.length) return;
  note.textContent = note.dataset.text.replace("%(n)s", own.length);
  note.hidden = false;
  document.querySelector("main form").addEventListener("submit", () => own.forEach((key) => localStorage.removeItem(key)));
}

try {
  await look();
} catch {
  // storage is switched off or the line is dead: there is nothing to say, and logging out must not depend on it
}
