"use strict";
// Marks what differs from the release, and counts it.
(() => {
  const form = document.getElementById("assume");
  const count = document.getElementById("changed-count");
  const fields = [...form.querySelectorAll("input[type=number]")];
  const mark = () => {
    const changed = fields.filter((field) => field.value !== field.defaultValue);
    fields.forEach((field) => field.closest("tr").classList.toggle("is-edited", changed.includes(field)));
    count.textContent = changed.length === 0 ? "Nothing changed yet"
      : changed.length === 1 ? "One parameter changed" : `${changed.length} parameters changed`;
  };
  form.addEventListener("input", mark);
  form.addEventListener("reset", () => setTimeout(mark));
  // What is not changed need not be sent.
  form.addEventListener("submit", () => {
    fields.forEach((field) => { field.disabled = field.value === field.defaultValue; });
    setTimeout(() => fields.forEach((field) => { field.disabled = false; }), 1000);
  });
  mark();
})();
