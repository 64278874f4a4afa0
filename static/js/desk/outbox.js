// What was scanned and is not yet answered. Sent one after the other, in the order of scanning; kept in the browser
// until the server has answered; sent again with the same id after a lost line, so nothing is lost and nothing doubled.
//
// Kept of a scan: id, task, station, number, time and the task's own fields. Each person has a drawer of their own (a
// keyed hash the template gives): what somebody else left on this phone is never sent in another one's name.
import { ask, loginMark, whoIsThere } from "./net.js";
import { config, localTime } from "./words.js";

const DRAWER = "desk.waiting.";
const BACKOFF = [1, 2, 4, 8, 15, 30]; // seconds
const own = `${DRAWER}${config.user}.`;

function stored(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return []; // storage is switched off: scans live as long as the page
  }
}

/** How many scans other people left waiting on this phone. */
export const leftByOthers = () => stored(DRAWER).filter((key) => !key.startsWith(own)).length;
export const leftBy = (user) => stored(`${DRAWER}${user}.`).length;

export function forget(user) {
  for (const key of stored(`${DRAWER}${user}.`)) localStorage.removeItem(key);
}

export class Outbox extends EventTarget {
  constructor() {
    super();
    this.waiting = [];
    this.state = "idle"; // idle, sending, later, login, other
    this.tries = 0;
    this.last = 0;
    this.timer = 0;
    this.mark = loginMark();
  }

  /** Takes up what an earlier visit left, then keeps listening for the line to come back. */
  open() {
    for (const key of stored(own)) {
      try {
        this.waiting.push(JSON.parse(localStorage.getItem(key)));
      } catch {
        localStorage.removeItem(key);
      }
    }
    this.waiting.sort((a, b) => a.order - b.order);
    addEventListener("online", () => this.now());
    addEventListener("beforeunload", (event) => this.waiting.some((entry) => !entry.kept) && event.preventDefault());
    addEventListener("offline", () => this.change(this.state));
    document.addEventListener("visibilitychange", () => document.hidden || this.now());
    this.now();
  }

  /** `keep` is false for what must not lie in a browser's storage, such as pickup codes. */
  add(item, { keep = true } = {}) {
    this.last = Math.max(Date.now(), this.last + 1); // two scans in one millisecond keep their order
    const entry = { ...item, kept: keep, order: this.last };
    this.waiting.push(entry);
    if (keep) this.keep(entry);
    this.change(this.state);
    this.run();
  }

  keep(entry) {
    try {
      localStorage.setItem(own + entry.key, JSON.stringify(entry));
    } catch {
      entry.kept = false; // full or switched off: the scan is still in this page's memory and will be sent
    }
  }

  drop(entry) {
    this.waiting = this.waiting.filter((other) => other !== entry);
    try {
      localStorage.removeItem(own + entry.key);
    } catch {
      // nothing was kept either
    }
  }

  /** Something changed for the better (line, login, person looking): try at once. */
  now() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.state !== "sending") this.state = "idle";
    this.run();
  }

  async run() {
    if (this.state !== "idle") return;
    this.change("sending");
    let next = "idle";
    while (next === "idle" && this.waiting.length) next = await this.sendFirst();
    this.change(next);
    if (next === "later") this.timer = setTimeout(() => this.now(), this.pause * 1000);
  }

  async sendFirst() {
    if (loginMark() !== this.mark) {
      const stop = await this.whose();
      if (stop) return stop;
    }
    const entry = this.waiting[0];
    // With the phone's clock at reading and at sending the server knows how long a scan lay here, right clock or wrong.
    const body = entry.kind === "scan" ? { ...entry.body, sent: localTime() } : entry.body;
    const outcome = await ask(entry.path, { body });
    // An old form mark with a living session needs only the new mark: then it is sent once more.
    if (outcome.kind === "login") return (await this.whose()) || this.wait(0);
    if (outcome.kind === "later") return this.wait(outcome.after);
    this.tries = 0;
    this.drop(entry);
    this.dispatchEvent(new CustomEvent("answered", { detail: { entry, outcome } }));
    this.change(this.state);
    return "idle";
  }

  /** "" when the same person is logged in, else the state to stop in. */
  async whose() {
    const who = await whoIsThere();
    if (who === "unknown") return this.wait(0);
    if (who === "same") this.mark = loginMark();
    return { same: "", other: "other", nobody: "login" }[who];
  }

  wait(after) {
    const step = BACKOFF[Math.min(this.tries, BACKOFF.length - 1)];
    this.tries += 1;
    this.pause = Math.max(after, step * (0.75 + Math.random() / 2)); // spread, so that stations don't come back as one
    return "later";
  }

  change(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}
