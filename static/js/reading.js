// Read aloud and print: enhancements only. Their buttons stay hidden without JavaScript or without speech.
const readButton = document.querySelector("[data-read-aloud]");
const voice = window.speechSynthesis;

function sentences() {
  const parts = [...document.querySelectorAll("[data-read]")];
  const text = (parts.length ? parts : [document.querySelector("main")]).map((part) => part.innerText).join("\n");
  return text.split(/\n+|[。！？!?]\s*/).map((line) => line.trim()).filter(Boolean);
}

function stop() {
  voice.cancel();
  readButton.setAttribute("aria-pressed", "false");
}

function start() {
  voice.cancel();
  readButton.setAttribute("aria-pressed", "true");
  const lines = sentences();
  lines.forEach((line, index) => {
    const speech = new SpeechSynthesisUtterance(line); // one sentence each: long ones are cut off by some phones
    speech.lang = document.documentElement.lang;
    speech.rate = 0.9;
    if (index === lines.length - 1) speech.onend = stop;
    voice.speak(speech);
  });
}

/** Many phones offer speech and have no voice for the page's language: then the button would do nothing. */
const speaks = () => voice.getVoices().some(({ lang }) => lang.slice(0, 2).toLowerCase() === document.documentElement.lang.slice(0, 2));

if (readButton && voice) {
  const offer = () => (readButton.hidden = !speaks());
  offer();
  voice.addEventListener?.("voiceschanged", offer); // browsers load their voices late
  readButton.addEventListener("click", () => (readButton.getAttribute("aria-pressed") === "true" ? stop() : start()));
  addEventListener("pagehide", () => voice.cancel());
}

// Large type changes where one is, so that nothing that was typed is lost; without a script the page comes anew.
const large = document.querySelector("button[name=large_type]");
large?.form?.addEventListener("submit", async (event) => {
  if (event.submitter !== large || event.defaultPrevented) return;
  event.preventDefault();
  const on = large.value === "1";
  document.documentElement.classList.toggle("large", on);
  large.setAttribute("aria-pressed", String(on));
  large.value = on ? "0" : "1";
  try {
    await fetch(large.form.action, { method: "POST", redirect: "manual", body: new URLSearchParams({ large_type: on ? "1" : "0", next: "/" }) });
  } catch {
    // no line: large on this page, and not yet on the next
  }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
