// Says on the desk's home that scans of this phone still wait. They are sent by any scan page.
const line = document.getElementById("waiting");
const DRAWER = "desk.waiting.";

if (line) {
  const keys = (() => {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(DRAWER));
    } catch {
      return [];
    }
  })();
  const own = keys.filter((key) => key.startsWith(`${DRAWER}${line.dataset.user}.`)).length;
  const said = [
    own && line.dataset.text.replace("%(n)s", own),
    keys.length - own && line.dataset.others.replace("%(n)s", keys.length - own),
  ].filter(Boolean);
  line.textContent = said.join(" ");
  line.hidden = !said.length;
}
