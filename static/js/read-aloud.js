// Reads the page's main content aloud. Without JavaScript or speech the button simply never shows.
const button = document.querySelector("[data-read-aloud]");
const voice = window.speechSynthesis;

function sentences() {
  const parts = [...document.querySelectorAll("[data-read]")];
  const text = (parts.length ? parts : [document.querySelector("main")]).map((part) => part.innerText).join("\n");
  return text.split(/\n+|(?<=[。！？.!?])\s*/).map((line) => line.trim()).filter(Boolean);
}

function stop() {
  voice.cancel();
  button.setAttribute("aria-pressed", "false");
}

function start() {
  voice.cancel();
  button.setAttribute("aria-pressed", "true");
  const lines = sentences();
  lines.forEach((line, index) => {
    const speech = new SpeechSynthesisUtterance(line); // one sentence each: long ones are cut off by some phones
    speech.lang = document.documentElement.lang;
    speech.rate = 0.9;
    if (index === lines.length - 1) speech.onend = stop;
    voice.speak(speech);
  });
}

if (button && voice) {
  button.hidden = false;
  button.addEventListener("click", () => (button.getAttribute("aria-pressed") === "true" ? stop() : start()));
  addEventListener("pagehide", stop);
}
