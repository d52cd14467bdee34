"use strict";
(() => {
  const page = document.documentElement;
  const root = page.dataset.root || "";
  const dark = matchMedia("(prefers-color-scheme: dark)");

  // Appearance: follows the system until the reader chooses.
  const shown = () => page.dataset.theme || (dark.matches ? "dark" : "light");
  const toggles = document.querySelectorAll(".theme-toggle");
  const rename = () => toggles.forEach((button) => {
    button.textContent = shown() === "dark" ? "Light" : "Dark";
  });
  toggles.forEach((button) => button.addEventListener("click", () => {
    page.dataset.theme = shown() === "dark" ? "light" : "dark";
    try { localStorage.setItem("midstream-theme", page.dataset.theme); } catch { /* not kept */ }
    rename();
  }));
  dark.addEventListener("change", rename);
  rename();

  // A number in a figure opens like a number in the text.
  document.addEventListener("click", (event) => {
    const number = event.target.closest("svg [data-lineage]");
    if (number && !event.target.closest("a")) {
      // A server opens a number at an address of its own; a folder has one page for all.
      const id = encodeURIComponent(number.dataset.lineage);
      location.href = page.dataset.trace
        ? page.dataset.trace.replace("{id}", id)
        : `${root}number.html#${encodeURI(number.dataset.lineage)}`;
    }
  });

  // One open drop-down at a time; Escape closes it.
  const drops = [...document.querySelectorAll("details.drop")];
  document.addEventListener("click", (event) => drops.forEach((drop) => {
    if (drop.open && !drop.contains(event.target)) drop.open = false;
  }));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    drops.filter((drop) => drop.open).forEach((drop) => {
      drop.open = false;
      drop.querySelector("summary").focus();
    });
  });

  // Under each figure: copy its address, or how to cite it.
  const say = (button, text) => {
    button.closest(".under").querySelector(".said").textContent = text;
  };
  const copy = async (button, text, done) => {
    try {
      await navigator.clipboard.writeText(text);
      say(button, `${done} copied: ${text}`);
    } catch {
      say(button, text);
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const place = location.href.split("#")[0] + "#" + button.dataset.target;
    if (button.dataset.copy === "link") copy(button, place, "Link");
    else copy(button, `${page.dataset.cite} ${button.dataset.title}.`, "Citation");
  });

  // Find: pages, countries, sectors, forms, materials, measures, parameters.
  const dialog = document.getElementById("find");
  const field = document.getElementById("find-field");
  const results = document.getElementById("find-results");
  let loading = null;
  const load = () => loading ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = page.dataset.find || `${root}static/find-data.js`;
    script.onload = resolve;
    document.head.append(script);
  });
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const rank = (name, words) => {
    const text = plain(name);
    if (!words.every((word) => text.includes(word))) return -1;
    return text.startsWith(words[0]) ? 0 : text.includes(` ${words[0]}`) ? 1 : 2;
  };
  const search = () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    const index = window.midstreamFind || [];
    const found = words.length
      ? index.map((row, place) => [rank(`${row[0]} ${row[3] || ""}`, words), place, row])
        .filter(([score]) => score >= 0).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, 24)
        .map(([, , row]) => row)
      : index.slice(0, 9);
    results.replaceChildren(...found.map(([name, kind, address]) => {
      const link = document.createElement("a");
      link.href = root + address;
      const label = document.createElement("span");
      label.textContent = name;
      label.dataset.structure = "";
      const sort = document.createElement("span");
      sort.className = "kind";
      sort.textContent = kind;
      link.append(label, sort);
      return link;
    }));
    if (!found.length) {
      const none = document.createElement("p");
      none.textContent = "Nothing by that name. Try a country, a sector, a material or a product.";
      results.append(none);
    }
  };
  const open = async () => {
    await load();
    dialog.showModal();
    field.focus();
    field.select();
    search();
  };
  document.querySelectorAll(".find-open").forEach((button) => button.addEventListener("click", open));
  field.addEventListener("input", search);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  results.addEventListener("click", (event) => { if (event.target.closest("a")) dialog.close(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea");
    if (event.key === "/" && !typing && !dialog.open) {
      event.preventDefault();
      open();
    }
    if (dialog.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const links = [...results.querySelectorAll("a")];
      const here = links.indexOf(document.activeElement);
      const next = links[here + (event.key === "ArrowDown" ? 1 : -1)];
      (next || field).focus();
    }
    if (dialog.open && event.key === "Enter" && document.activeElement === field) {
      event.preventDefault();
      results.querySelector("a")?.click();
    }
  });
})();
