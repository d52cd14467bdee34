"use strict";
// A file is sent with its progress, read as a job, shown as what it changes, and accepted or not.
(() => {
  const form = document.getElementById("import");
  const result = document.getElementById("result");
  const status = document.getElementById("status");
  const kind = document.getElementById("kind");
  let current = 0;
  let running = null;

  const state = () => {
    const all = new URLSearchParams();
    new FormData(form).forEach((value, name) => { if (typeof value === "string" && value !== "") all.append(name, value); });
    return all;
  };
  const note = () => {
    const chosen = kind.selectedOptions[0];
    document.getElementById("kind-note").textContent = chosen.dataset.note ?? "";
    form.querySelector("[data-for-codes]").hidden = chosen.dataset.coded === undefined;
  };
  const refused = (error) => {
    const box = document.createElement("div");
    box.className = "refused";
    box.setAttribute("role", "alert");
    // Every problem of a filled template stands on a line of its own.
    [...error.what.split("\n"), error.where && `Where: ${error.where}`, error.why, error.mend && `To mend it: ${error.mend}`]
      .filter(Boolean).forEach((text, place) => {
        const line = document.createElement(place ? "p" : "h1");
        if (!place) line.className = "long";
        line.textContent = text;
        box.append(line);
      });
    result.replaceChildren(box);
    status.replaceChildren();
  };
  const bar = (words, cancel) => {
    const made = document.createElement("progress");
    made.max = 1;
    made.setAttribute("aria-label", words);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "control";
    button.textContent = "Cancel";
    button.addEventListener("click", cancel);
    status.replaceChildren(`${words} `, made, " ", button);
    return made;
  };

  // The body is the file itself: only so can its progress be told and its size be refused early.
  const send = (file) => new Promise((resolve, reject) => {
    if (file.size > Number(form.dataset.most)) {
      reject(JSON.parse(form.dataset.refusal));
      return;
    }
    const asked = new XMLHttpRequest();
    const shown = bar(`Sending ${file.name}`, () => asked.abort());
    asked.upload.addEventListener("progress", (event) => { if (event.lengthComputable) shown.value = event.loaded / event.total; });
    asked.addEventListener("load", () => {
      const told = JSON.parse(asked.responseText);
      if (asked.status === 201) resolve(told); else reject(told.error);
    });
    asked.addEventListener("error", () => reject({ what: "the file could not be sent", why: "the server does not answer", mend: "see whether it is still running" }));
    asked.addEventListener("abort", () => reject({ what: "the file was not sent", why: "it was cancelled" }));
    asked.open("POST", `/import/file?name=${encodeURIComponent(file.name)}`);
    asked.setRequestHeader("content-type", "application/octet-stream");
    asked.send(file);
  });
  const sent = async () => {
    for (const field of form.querySelectorAll("[data-sends]")) {
      const file = field.files[0];
      if (!file || field.dataset.sent === String(file.lastModified) + file.name) continue;
      const told = await send(file);
      form.elements[field.dataset.sends].value = told.upload;
      field.dataset.sent = String(file.lastModified) + file.name;
      form.querySelector(`[data-held=${field.dataset.sends}]`).textContent = `${told.name} is here: ${told.bytes.toLocaleString("en")} bytes.`;
    }
  };
  const done = async (way, words) => {
    const mine = ++current;
    if (running) fetch(`/api/v1/jobs/${running}`, { method: "DELETE" });
    let answer = await fetch(`${way}?${state()}`, { method: "POST" });
    if (answer.status === 202) {
      const { job } = await answer.json();
      running = job;
      const shown = bar(words, () => fetch(`/api/v1/jobs/${job}`, { method: "DELETE" }));
      result.dataset.dim = "";
      for (;;) {
        if (mine !== current) return;
        const told = await (await fetch(`/api/v1/jobs/${job}`)).json();
        if (told.error || told.state === "done" || told.state === "stopped") break;
        shown.value = told.share;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      running = null;
      answer = await fetch(`/api/v1/jobs/${job}/result`);
    }
    delete result.dataset.dim;
    if (mine !== current) return;
    const html = (answer.headers.get("content-type") || "").startsWith("text/html");
    if (!html) return refused((await answer.json()).error);
    result.innerHTML = await answer.text();
    const told = document.createElement("span");
    told.className = "visually-hidden";
    told.textContent = result.querySelector("[data-spoken]")?.textContent ?? "";
    status.replaceChildren(told);
  };
  const look = async (push) => {
    try {
      await sent();
    } catch (error) {
      return refused(error);
    }
    if (push) history.pushState(null, "", `/import?${state()}`);
    return done("/import/look", "Reading it");
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); look(true); });
  kind.addEventListener("change", note);
  result.addEventListener("click", async (event) => {
    const { accept, discard, back } = event.target.dataset;
    if (accept !== undefined) done("/import/accept", "Making the study on your data");
    if (discard !== undefined) {
      await fetch(discard, { method: "DELETE" });
      location.assign(back);
    }
  });
  addEventListener("popstate", () => location.reload());
  note();
  if (form.elements.upload.value && kind.value) look(false);
})();
