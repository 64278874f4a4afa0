// How far a newcomer has come with the first steps (ticks.js keeps it in this browser).
for (const place of document.querySelectorAll("[data-progress]")) {
  try {
    const key = `ticks:${place.dataset.progress}`;
    const done = JSON.parse(localStorage.getItem(key) ?? "[]").length;
    const steps = localStorage.getItem(`${key}:of`);
    if (!done || !steps) continue;
    place.textContent = place.dataset.word.replace("{n}", done).replace("{of}", steps);
    place.hidden = false;
  } catch {
    // no storage: the panel does without
  }
}
