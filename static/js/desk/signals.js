// Heard and felt: each result has a tone and a vibration of its own, told apart without looking. Tones can be switched
// off; the choice is kept in this browser.
const MUTED = "desk.muted";
const TONES = {
  // [hertz, start, seconds, shape]
  ok: [[880, 0, 0.09, "sine"], [1320, 0.09, 0.12, "sine"]],
  repeat: [[660, 0, 0.09, "triangle"], [660, 0.15, 0.09, "triangle"]],
  ask: [[520, 0, 0.14, "triangle"], [700, 0.17, 0.14, "triangle"], [520, 0.34, 0.14, "triangle"]],
  refused: [[196, 0, 0.45, "square"]],
};
const SHAKES = { ok: [40], repeat: [40, 60, 40], ask: [90, 60, 90], refused: [350] };
let sound = null;

export function muted() {
  try {
    return localStorage.getItem(MUTED) === "1";
  } catch {
    return false;
  }
}

export function mute(yes) {
  try {
    localStorage.setItem(MUTED, yes ? "1" : "0");
  } catch {
    // not kept, but obeyed until the page is left
  }
}

export function signal(result) {
  if (!navigator.userActivation?.hasBeenActive) return; // browsers allow neither before the first touch or key
  navigator.vibrate?.(SHAKES[result] ?? []);
  if (muted() || !window.AudioContext) return;
  sound ??= new AudioContext();
  if (sound.state === "suspended") sound.resume();
  for (const [hertz, start, seconds, shape] of TONES[result] ?? []) tone(hertz, sound.currentTime + start, seconds, shape);
}

function tone(hertz, at, seconds, shape) {
  const wave = sound.createOscillator();
  const loudness = sound.createGain();
  wave.type = shape;
  wave.frequency.value = hertz;
  loudness.gain.setValueAtTime(0.0001, at);
  loudness.gain.exponentialRampToValueAtTime(shape === "square" ? 0.25 : 0.5, at + 0.01);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
  wave.connect(loudness).connect(sound.destination);
  wave.start(at);
  wave.stop(at + seconds + 0.02);
}
