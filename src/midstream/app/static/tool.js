"use strict";
// A tool whose answer is a table: fetched as a job, with progress and Cancel; its address is its state.
(() => {
  const form = document.getElementById("tool");
  const result = document.getElementById("result");
  const status = document.getElementById("status");
  const way = form.dataset.way;
  let current = 0;

  const state = () => {
    const all = new URLSearchParams();
    new FormData(form).forEach((value, name) => { if (value !== "") all.append(name, value); });
    // A limit of one payer or year is "name=amount"; a lever without its tick is left out.
    form.querySelectorAll("[data-pair]").forEach((field) => {
      if (field.value !== "") all.append(field.dataset.pair, `${field.dataset.key}=${field.value}`);
    });
    form.querySelectorAll("[data-out]").forEach((box) => { if (!box.checked) all.append(box.dataset.out, box.value); });
    return all;
  };
  const links = () => document.querySelectorAll("a[data-form]").forEach((link) => {
    link.href = `${way}?${state()}&format=${link.dataset.form}`;
  });
  const show = async (answer) => {
    const kind = answer.headers.get("content-type") || "";
    if (kind.startsWith("text/html")) {
      result.innerHTML = await answer.text();
      window.midstreamLive.add(result);
      const told = document.createElement("span");
      const spoken = result.querySelector("[data-spoken]");
      // What is spoken stands below as well: it need not be seen twice.
      told.className = spoken ? "visually-hidden" : "";
      told.textContent = spoken?.textContent ?? "The answer is below.";
      status.replaceChildren(told);
      return;
    }
    const { error } = await answer.json();
    const box = document.createElement("div");
    box.className = "refused";
    box.setAttribute("role", "alert");
    // A page whose heading is its answer has that of its error in its place.
    const headed = [...document.querySelectorAll("h1")].some((one) => !result.contains(one));
    [error.what, error.why, error.mend && `To mend it: ${error.mend}`].filter(Boolean).forEach((text, place) => {
      const line = document.createElement(place || headed ? "p" : "h1");
      if (line.tagName === "H1") line.className = "long";
      line.textContent = text;
      box.append(line);
    });
    result.replaceChildren(box);
    status.textContent = "";
  };
  const run = async (push) => {
    const mine = ++current;
    const asked = state();
    const address = `${form.getAttribute("action")}?${asked}`;
    if (push) history.pushState(null, "", address);
    links();
    let answer = await fetch(`${form.getAttribute("action")}/result?${asked}`);
    if (answer.status === 202) {
      const { job } = await answer.json();
      const bar = document.createElement("progress");
      bar.max = 1;
      bar.setAttribute("aria-label", "Progress");
      const cancel = document.createElement("button");
      cancel.type = "button";
      cancel.className = "control";
      cancel.textContent = "Cancel";
      cancel.addEventListener("click", () => fetch(`/api/v1/jobs/${job}`, { method: "DELETE" }));
      status.replaceChildren("Working it out ", bar, " ", cancel);
      result.dataset.dim = "";
      for (;;) {
        if (mine !== current) return;
        const told = await (await fetch(`/api/v1/jobs/${job}`)).json();
        if (told.error || told.state === "done" || told.state === "stopped") break;
        bar.value = told.share;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      answer = await fetch(`/api/v1/jobs/${job}/result`);
    }
    delete result.dataset.dim;
    if (mine === current) await show(answer);
  };

  // What takes long comes as the address of a job, which has to be asked again.
  const code = {
    curl: (address) => `curl '${address}&wait=60'`,
    python: (address) => `import json, time
from urllib.request import urlopen

answer = json.load(urlopen("${address}"))
while "job" in answer:
    time.sleep(1)
    answer = json.load(urlopen("${location.origin}" + answer["result"]))
print(answer["result"])`,
  };
  document.querySelectorAll("[data-copy-as]").forEach((button) => button.addEventListener("click", async () => {
    const text = code[button.dataset.copyAs](`${location.origin}${way}?${state()}`);
    try { await navigator.clipboard.writeText(text); } catch { /* shown instead */ }
    document.getElementById("copied").textContent = text;
  }));
  // On a phone the controls are a sheet above the answer, which is seen first.
  const sheet = form.closest("details.sheet");
  if (sheet && matchMedia("(max-width: 860px)").matches) sheet.open = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); run(true); });
  form.addEventListener("input", links);
  addEventListener("popstate", () => location.reload());
  links();
  if (form.checkValidity()) run(false);
})();
