"use strict";
// A tool: its controls are its address. A first look follows every move; the full run comes after.
(() => {
  const form = document.getElementById("controls");
  const result = document.getElementById("result");
  const status = document.getElementById("status");
  const base = form.dataset.lab;
  const SETTLE = 900;
  let looking = null;
  let settling = 0;
  let running = null;

  const state = () => {
    const all = new URLSearchParams();
    new FormData(form).forEach((value, name) => { if (value !== "") all.append(name, value); });
    return all;
  };
  const speak = (slider) => {
    const scale = Number(slider.dataset.scale || 1);
    const shown = String(Math.round(slider.value * scale * 100) / 100);
    slider.setAttribute("aria-valuetext", `${shown} ${slider.dataset.unit}`);
    const typed = form.querySelector(`[data-types="${slider.name}"]`);
    if (typed && typed !== document.activeElement) typed.value = shown;
    slider.style.setProperty("--share", `${100 * (slider.value - slider.min) / (slider.max - slider.min)}%`);
  };
  const sliders = () => form.querySelectorAll("input[type=range]");

  // The makers of a form are those who can restrict it.
  const makers = () => {
    const chosen = form.elements.form?.selectedOptions?.[0];
    if (!chosen?.dataset.makers || !form.elements.actor) return;
    const actor = form.elements.actor;
    const options = chosen.dataset.makers.split(";").map((part) => part.split("="));
    const kept = options.some(([id]) => id === actor.value) ? actor.value : options[0][0];
    actor.replaceChildren(...options.map(([id, name]) => new Option(name, id, false, id === kept)));
  };
  // "Everyone" and single targets exclude each other.
  const targets = (changed) => {
    if (changed?.name !== "target") return;
    const boxes = [...form.querySelectorAll("input[name=target]")];
    const all = boxes.find((box) => box.value === "WLD");
    if (changed === all && all.checked) boxes.forEach((box) => { box.checked = box === all; });
    else if (changed.checked && all) all.checked = false;
    if (all && !boxes.some((box) => box.checked)) all.checked = true;
  };

  // A lever that is switched on gets a slider for the size of its effect, one that is off loses it.
  const sizes = (box) => {
    const place = box.closest("label");
    const kept = place.nextElementSibling?.classList.contains("slider") ? place.nextElementSibling : null;
    if (!box.checked) kept?.remove();
    else if (!kept && box.dataset.effects !== undefined) {
      const made = document.getElementById("slider-model").content.cloneNode(true);
      const name = `size.${box.value}`;
      made.querySelector("label").htmlFor = name;
      made.querySelector("[data-types]").dataset.types = name;
      const slider = made.querySelector("input[type=range]");
      slider.id = slider.name = name;
      slider.removeAttribute("list");
      made.querySelector(".note").textContent = box.dataset.effects;
      place.after(made);
      speak(place.nextElementSibling.querySelector("input[type=range]"));
    }
  };

  const show = (text, quiet) => {
    const open = [...result.querySelectorAll("details[open]")].map((one) => one.querySelector("summary")?.textContent);
    result.innerHTML = text;
    result.querySelectorAll("details").forEach((one) => {
      if (open.includes(one.querySelector("summary")?.textContent)) one.open = true;
    });
    window.midstreamLive.add(result);
    result.removeAttribute("data-dim");
    const spoken = result.querySelector("[data-spoken]");
    if (quiet || !spoken) return;
    // What is spoken stands below as well: it need not be seen twice.
    const told = document.createElement("span");
    told.className = "visually-hidden";
    told.textContent = spoken.textContent;
    status.replaceChildren(told);
  };
  // A first look is drawn in the one layout that the style sheet shows here.
  const layout = () => {
    const shown = [...result.querySelectorAll(".wide, .mid, .narrow")].find((one) => one.offsetParent);
    return shown?.classList[0] ?? "wide";
  };
  const look = async () => {
    looking?.abort();
    const mine = looking = new AbortController();
    stop();
    clearTimeout(settling);
    const asked = state();
    try {
      const answer = await fetch(`${base}/result?${asked}&layout=${layout()}`, { signal: mine.signal });
      show(await answer.text(), true);
      history.replaceState(null, "", `${base}?${asked}`);
      if (answer.ok) settling = setTimeout(() => full(asked), SETTLE);
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = "The server does not answer. Is it still running?";
    }
  };

  // The full run: progress and Cancel; the first look stays, dimmed.
  const stop = () => {
    if (!running) return;
    fetch(`/api/v1/jobs/${running}`, { method: "DELETE" });
    running = null;
    status.replaceChildren();
    result.removeAttribute("data-dim");
  };
  const full = async (asked) => {
    const answer = await fetch(`${base}/result?${asked}&full=1`);
    if (answer.status === 200) return show(await answer.text());
    if (answer.status !== 202) return;
    const { job } = await answer.json();
    running = job;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", "Full run");
    const cancel = document.createElement("button");
    cancel.type = "button";
    cancel.className = "control";
    cancel.textContent = "Cancel";
    cancel.addEventListener("click", stop);
    const wait = async () => {
      if (running !== job) return;
      const told = await (await fetch(`/api/v1/jobs/${job}`)).json();
      if (running !== job) return;
      if (told.error || told.state === "done" || told.state === "stopped") {
        running = null;
        status.replaceChildren();
        const done = await fetch(`/api/v1/jobs/${job}/result`);
        if (done.ok) show(await done.text());
        return;
      }
      bar.value = told.share;
      if (!bar.isConnected) status.replaceChildren("Full run ", bar, " ", cancel);
      setTimeout(wait, 200);
    };
    setTimeout(wait, 150);
  };

  // On a phone the controls are a sheet above the answer, which is seen first.
  if (matchMedia("(max-width: 860px)").matches) form.closest("details.sheet").open = false;

  form.addEventListener("input", (event) => {
    const typed = event.target.dataset.types;
    if (typed) {
      const slider = form.elements[typed];
      const value = Number(event.target.value.replace(",", ".")) / Number(slider.dataset.scale || 1);
      if (!Number.isFinite(value) || event.target.value.trim() === "") return;
      slider.value = value;
    }
    if (event.target.name === "lever") sizes(event.target);
    if (event.target.name === "form") makers();
    targets(event.target);
    sliders().forEach(speak);
    look();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(settling);
    history.pushState(null, "", `${base}?${state()}`);
    full(state());
  });
  addEventListener("popstate", () => location.reload());
  sliders().forEach(speak);
  settling = setTimeout(() => full(state()), SETTLE);

  // An own bill of materials: sent to this server alone, answered beside the run.
  const bill = document.querySelector("form[data-bill]");
  bill?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const place = document.getElementById("bill-result");
    place.textContent = "Reading it.";
    const answer = await fetch(`${bill.getAttribute("action")}?${state()}`, { method: "POST", body: new FormData(bill) });
    const kind = answer.headers.get("content-type") || "";
    if (kind.startsWith("text/html")) place.innerHTML = await answer.text();
    else place.textContent = (await answer.json()).error.what;
  });
})();
