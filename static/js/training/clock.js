// Time left, counted from what the server said: the clock of the phone may be wrong, so it is not asked.
const MARKS = [5, 1]; // minutes left at which it is said aloud

const shown = (seconds) => {
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
};

/** `mark(minutes)` is called once at each mark, `over()` once at the end. */
export function startClock(element, { mark, over }) {
  let base = Number(element.dataset.seconds);
  let since = performance.now();
  const passed = new Set(MARKS.filter((minutes) => base <= minutes * 60));
  const tick = () => {
    const left = Math.max(0, Math.round(base - (performance.now() - since) / 1000));
    element.textContent = shown(left);
    element.classList.toggle("clock-short", left <= 60);
    for (const minutes of MARKS) {
      if (left <= minutes * 60 && !passed.has(minutes)) { passed.add(minutes); mark(minutes); }
    }
    if (left === 0) { clearInterval(timer); over(); }
  };
  const timer = setInterval(tick, 1000);
  tick();
  return {
    correct(seconds) { base = seconds; since = performance.now(); },
    stop() { clearInterval(timer); },
  };
}
