// Choosing another station goes there at once; the button is for those without a script.
const choice = document.querySelector(".desk-station select");

if (choice) {
  choice.form.querySelector("button").hidden = true;
  choice.addEventListener("change", () => choice.form.submit());
}
