// A proof of work for a form whose last try was refused (portal/core/limits/work.py): finds a number such that the
// SHA-256 of "seed:number" begins with so many zero bits. Starts with the page, so that it is done before the reader is.
const K = new Uint32Array(64), START = new Uint32Array(8);
for (let n = 2, found = 0; found < 64; n += 1) {
  let prime = true;
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
  if (!prime) continue;
  const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32);
  if (found < 8) START[found] = fraction(Math.sqrt(n));
  K[found] = fraction(Math.cbrt(n));
  found += 1;
}

const block = new Uint32Array(16), w = new Uint32Array(64);

/** Zero bits at the beginning of the SHA-256 (FIPS 180-4) of a short ASCII text: at most 55 signs, one block. */
export function zeros(text) {
  block.fill(0);
  for (let i = 0; i < text.length; i += 1) block[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
  block[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  block[15] = text.length * 8;
  w.set(block);
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15], y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  const first = (a + START[0]) >>> 0;
  return first ? Math.clz32(first) : 32 + Math.clz32((b + START[1]) >>> 0);
}

const PIECE = 30; // ms of work between two looks at what the reader does
const pause = () => new Promise((go) => setTimeout(go));

async function solve(seed, bits) {
  for (let number = 0; ; ) {
    const until = performance.now() + PIECE;
    while (performance.now() < until) {
      for (let i = 0; i < 200; i += 1, number += 1) if (zeros(`${seed}:${number}`) >= bits) return number;
    }
    await pause();
  }
}

for (const field of document.querySelectorAll("input[data-challenge]")) {
  const form = field.form, note = form.querySelector("[data-work]");
  let waiting = "again" in field.dataset ? form.querySelector("button") : null; // sent by itself, as it was not read
  form.addEventListener("input", () => { waiting = null; }); // somebody types: theirs to send
  form.addEventListener("submit", (event) => {
    if (field.value) return;
    event.preventDefault(); // sent as soon as the number is found
    waiting = event.submitter ?? form.querySelector("button");
  });
  note.textContent = note.dataset.busy;
  note.hidden = false;
  const number = await solve(field.dataset.seed, Number(field.dataset.bits));
  field.value = `${field.dataset.challenge}|${number}`;
  note.textContent = note.dataset.done;
  if (waiting) form.requestSubmit(waiting);
}
