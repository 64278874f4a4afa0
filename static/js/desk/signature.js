// The signature pad: finger, pen or mouse. The drawing travels as a PNG in the form's file field. Who can't write uses
// the code or a photograph, which need neither this script nor a pointer.
const INK = "#10202b"; // on paper-white in light and dark: the sheet is kept as a picture

for (const form of document.querySelectorAll("form[data-signature]")) {
  const pad = form.querySelector("canvas");
  const pen = pad.getContext("2d");
  const field = form.querySelector("input[type=file]");
  const said = form.querySelector("[data-said]");
  let last = null;
  let inked = 0;

  const blank = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, pad.width, pad.height);
    pen.strokeStyle = INK;
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    inked = 0;
  };
  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * pad.width, ((event.clientY - box.top) / box.height) * pad.height];
  };
  const line = (to) => {
    pen.beginPath();
    pen.moveTo(...(last ?? to));
    pen.lineTo(...to);
    pen.stroke();
    inked += last ? Math.hypot(to[0] - last[0], to[1] - last[1]) : 1;
    last = to;
  };

  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    last = null;
    line(at(event));
    said.textContent = "";
  });
  pad.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const step of event.getCoalescedEvents?.() ?? [event]) line(at(step));
    if (!(event.getCoalescedEvents?.().length > 0)) line(at(event));
  });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => (last = null));
  form.querySelector("[data-clear]").addEventListener("click", blank);

  form.addEventListener("submit", async (event) => {
    if (field.files.length) return;
    event.preventDefault();
    if (inked < 60) {
      said.textContent = form.dataset.empty;
      return;
    }
    const drawing = await new Promise((done) => pad.toBlob(done, "image/png"));
    const list = new DataTransfer();
    list.items.add(new File([drawing], "signature.png", { type: "image/png" }));
    field.files = list.files;
    form.requestSubmit();
  }, { capture: true });

  blank();
  form.classList.add("pad-ready");
}
