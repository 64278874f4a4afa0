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

if (readButton && voice) {
  readButton.hidden = false;
  readButton.addEventListener("click", () => (readButton.getAttribute("aria-pressed") === "true" ? stop() : start()));
  addEventListener("pagehide", () => voice.cancel());
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
