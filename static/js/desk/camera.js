// The phone's camera as a scanner. The browser's own reader where there is one; else a decoder of ours, fetched only now.
import { FORMATS, SETTINGS, isForeign, isLine } from "./codes.js";
import { config, say } from "./words.js";

const EVERY = 120; // ms between looks
const SAME = 2500; // ms in which a barcode that stays in view is one scan
const PATIENCE = 1200; // ms that a carrier's QR code waits for the line code beside it

async function nativeReader() {
  if (!("BarcodeDetector" in window)) return null;
  const known = await BarcodeDetector.getSupportedFormats();
  if (!known.includes("code_128") || !known.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: FORMATS.filter((format) => known.includes(format)) });
  return async (video) => (await detector.detect(video)).map((found) => ({ text: found.rawValue, format: found.format }));
}

async function ownReader() {
  const decoder = await import(config.decoder.script);
  decoder.prepareZXingModule({ overrides: { locateFile: () => config.decoder.wasm } });
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, 960 / video.videoWidth);
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
    const found = await decoder.readBarcodes(picture, SETTINGS);
    return found.filter((one) => one.isValid).map(({ text, format }) => ({ text, format }));
  };
}

export async function reader() {
  return (await nativeReader().catch(() => null)) ?? ownReader();
}

export class Camera {
  constructor(box, onNumber) {
    this.box = box;
    this.onNumber = onNumber;
    this.video = box.querySelector("video");
    this.words = box.querySelector("[data-camera-words]");
    this.torch = box.querySelector("[data-torch]");
    this.stream = null;
    this.seen = new Map();
    this.torch.addEventListener("click", () => this.light());
    addEventListener("pagehide", () => this.close());
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  get isOpen() {
    return !this.box.hidden;
  }

  async open() {
    this.box.hidden = false;
    this.tell("camera_starting");
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "NotFoundError");
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      if (!this.isOpen) return this.close(); // closed while the person was being asked
      this.video.srcObject = this.stream;
      await this.video.play();
      this.offerLight();
      this.read = await reader();
    } catch (error) {
      this.stop();
      this.tell({ NotAllowedError: "camera_refused", NotFoundError: "camera_none", NotReadableError: "camera_busy" }[error.name] ?? "camera_failed");
      return undefined;
    }
    this.tell("camera_aim");
    return this.look();
  }

  tell(key) {
    this.words.textContent = say(key);
  }

  async look() {
    if (!this.stream) return;
    try {
      if (this.video.videoWidth) for (const { text, format } of await this.read(this.video)) this.found(text.trim(), format);
    } catch {
      // one frame that could not be read: the next one comes
    }
    if (this.stream) setTimeout(() => this.look(), EVERY);
  }

  found(text, format) {
    const now = Date.now();
    const fresh = text && now - (this.seen.get(text) ?? 0) > SAME;
    if (text) this.seen.set(text, now); // counted from when it was last in view
    if (isLine(format)) this.sawLine = now;
    if (!fresh) return;
    if (isForeign(text, format)) this.wait(text);
    else this.onNumber(text);
  }

  /** A carrier's QR code beside a line code says nothing new: it counts only when no line code is in view. */
  wait(text) {
    const came = Date.now();
    setTimeout(() => this.stream && (this.sawLine ?? 0) < came - PATIENCE && this.onNumber(text), PATIENCE);
  }

  get track() {
    return this.stream?.getVideoTracks()[0];
  }

  offerLight() {
    this.torch.hidden = !this.track?.getCapabilities?.().torch;
  }

  async light() {
    const on = this.torch.getAttribute("aria-pressed") !== "true";
    try {
      await this.track?.applyConstraints({ advanced: [{ torch: on }] });
      this.torch.setAttribute("aria-pressed", String(on));
    } catch {
      this.torch.hidden = true;
    }
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
    this.torch.hidden = true;
    this.torch.setAttribute("aria-pressed", "false");
  }

  close() {
    this.stop();
    this.box.hidden = true;
  }
}
