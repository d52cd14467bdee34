"use strict";
// The evidence browser: filters a list of facts that came with the page; the address keeps the state.
(() => {
  const { names, facts } = window.midstreamFacts;
  const page = document.documentElement;
  const form = document.getElementById("filters");
  const body = document.getElementById("facts");
  const count = document.getElementById("fact-count");
  const more = document.getElementById("more-facts");
  const STEP = 60;
  const COLUMNS = ["metric", "country", "material", "form", "stage", "label"];
  let limit = STEP;

  // A fact: [lineage, metric, country, material, form, stage, period, value, label, more words, origins]
  const texts = facts.map((fact) => [
    ...COLUMNS.slice(0, 5).map((column, i) => names[column]?.[fact[i + 1]] || fact[i + 1]),
    fact[6], fact[9],
  ].join(" ").toLowerCase());

  const fill = () => COLUMNS.forEach((column, i) => {
    const place = column === "label" ? 8 : i + 1;
    const values = [...new Set(facts.map((fact) => fact[place]).filter(Boolean))];
    const label = (value) => names[column]?.[value] || value;
    values.sort((a, b) => label(a).localeCompare(label(b)));
    form.elements[column].append(...values.map((value) => new Option(label(value), value)));
  });

  const read = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    [...COLUMNS, "text"].forEach((column) => { form.elements[column].value = state.get(column) || ""; });
  };
  const write = () => {
    const state = new URLSearchParams();
    [...COLUMNS, "text"].forEach((column) => {
      if (form.elements[column].value) state.set(column, form.elements[column].value);
    });
    history.replaceState(null, "", `#${state}`);
  };

  const cell = (tag, content, head) => {
    const made = document.createElement(tag);
    if (tag === "th") made.scope = "row";
    if (head) made.dataset.head = head;
    made.dataset.structure = "";
    made.append(content);
    return made;
  };
  const number = (fact) => {
    const link = document.createElement("a");
    link.className = "num";
    link.href = `number.html#${encodeURI(fact[0])}`;
    link.dataset.lineage = fact[0];
    link.dataset.label = fact[8];
    link.textContent = fact[7];
    return link;
  };
  const mark = (label) => {
    const template = document.getElementById(`label-${label}`);
    return template ? template.content.cloneNode(true) : document.createTextNode("");
  };
  const row = (fact) => {
    const made = document.createElement("tr");
    const name = (column, place) => names[column]?.[fact[place]] || fact[place] || "";
    const value = cell("td", number(fact), "");
    delete value.dataset.structure;
    const subject = [name("material", 3), name("form", 4)].filter(Boolean).join(", ");
    made.append(
      cell("th", name("metric", 1), ""),
      value,
      cell("td", mark(fact[8]), ""),
      cell("td", name("country", 2), ""),
      cell("td", [subject, fact[9]].filter(Boolean).join(" · "), ""),
      cell("td", fact[5] || "", ""),
      cell("td", fact[6] || "", ""),
    );
    return made;
  };

  const show = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = COLUMNS.map((column, i) => [column === "label" ? 8 : i + 1, form.elements[column].value]);
    const found = facts.filter((fact, place) =>
      wanted.every(([column, value]) => !value || fact[column] === value)
      && words.every((word) => texts[place].includes(word)));
    body.replaceChildren(...found.slice(0, limit).map(row));
    count.textContent = found.length
      ? `${found.length.toLocaleString("en")} of ${facts.length.toLocaleString("en")} facts`
      : "No fact matches. Remove a filter, or see what is missing on the sector pages.";
    more.hidden = found.length <= limit;
  };

  fill();
  read();
  show();
  form.addEventListener("input", () => { limit = STEP; write(); show(); });
  form.addEventListener("reset", () => setTimeout(() => { limit = STEP; write(); show(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => { limit += STEP; show(); });
  addEventListener("hashchange", () => { read(); show(); });
  page.dataset.ready = "on";
})();
