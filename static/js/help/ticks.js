// "Done" beside each step, remembered in this browser only.
const guide = document.querySelector("[data-ticks]");
const key = guide && `ticks:${guide.dataset.ticks}`;

function read() {
  try {
    return new Set(JSON.parse(localStorage.getItem(key)) ?? []);
  } catch {
    return new Set(); // no storage: ticks last as long as the page
  }
}

function keep(done, total) {
  try {
    localStorage.setItem(key, JSON.stringify([...done]));
    localStorage.setItem(`${key}:of`, String(total));
  } catch {
    // private window: nothing to remember
  }
}

if (guide) {
  const done = read();
  const steps = [...guide.querySelector(".steps").children];
  steps.forEach((step, index) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: done.has(index) });
    const label = document.createElement("label");
    label.className = "tick";
    label.append(box, guide.dataset.word);
    step.append(label);
    step.classList.toggle("ticked", box.checked);
    box.addEventListener("change", () => {
      if (box.checked) done.add(index);
      else done.delete(index);
      step.classList.toggle("ticked", box.checked);
      keep(done, steps.length);
    });
  });
}
