"use strict";
// The glass box: opens the lineage named in the address. Its parts come as scripts, so that the
// page works from a folder, without a server.
(() => {
  const shards = new Map();
  const nodes = {};
  window.midstreamGlass = (part) => Object.assign(nodes, part);

  const shardOf = (id) => {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(id)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
    return (hash & 0xff).toString(16).padStart(2, "0");
  };
  const script = (address) => new Promise((resolve) => {
    const tag = document.createElement("script");
    tag.src = address;
    tag.onload = tag.onerror = resolve;
    document.head.append(tag);
  });
  const load = (name) => {
    if (!shards.has(name)) shards.set(name, script(`glass/${name}.js`));
    return shards.get(name);
  };
  const need = (ids) => Promise.all([...new Set(ids.map(shardOf))].map(load));

  const make = (tag, attributes = {}, ...content) => {
    const made = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => {
      if (value !== null) made.setAttribute(name, value);
    });
    made.append(...content.filter((part) => part !== null && part !== undefined));
    return made;
  };
  const words = (text) => make("span", { "data-structure": "" }, text);
  const address = (id) => `#${encodeURI(id)}`;
  const mark = (label) => {
    const template = document.getElementById(`label-${label || "none"}`);
    return template.content.cloneNode(true);
  };
  const linked = (id) => {
    const node = nodes[id];
    if (!node) return words(id);
    return make("a", { class: "num", href: address(id), "data-lineage": id }, node.t);
  };

  const section = (title, ...content) => make("section", { class: "section" }, make("h2", {}, title), ...content);
  const table = (caption, heads, rows) => make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", { class: "tight reflow" },
      make("caption", { class: "visually-hidden" }, caption),
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, ...rows)));

  const box = (id, first) => {
    const node = nodes[id];
    if (!node) return make("span", { class: "box" }, words(id));
    return make(first ? "div" : "a", { class: first ? "box top-box" : "box", href: first ? null : address(id) },
      make("span", { class: "value" }, make("span", { "data-lineage": id }, node.t), mark(node.q[4])),
      make("span", { class: "name", "data-structure": "" }, node.n));
  };
  const branch = (id, depth, first = false) => {
    const node = nodes[id];
    const inputs = node && depth > 0 ? node.i || [] : [];
    const item = make("li", { class: inputs.length ? "opens" : null }, box(id, first));
    if (node && node.f && inputs.length) item.append(make("p", { class: "formula", "data-lineage": id }, node.f));
    if (inputs.length) item.append(make("ul", {}, ...inputs.slice(0, 12).map((input) => branch(input, depth - 1))));
    if (inputs.length > 12) item.append(make("p", { class: "note", "data-structure": "" }, `and ${inputs.length - 12} more inputs, listed below`));
    return item;
  };

  const sources = (node) => {
    const list = (node.s || []).map((id) => {
      const [title, publisher, date, url, layer, licence] = window.midstreamSources[id] || [id, "", "", "", "", ""];
      const name = url ? make("a", { href: url, rel: "noreferrer", "data-structure": "" }, title) : words(title);
      const meta = [publisher, date, layer && `layer ${layer}`, licence, id].filter(Boolean).join(" · ");
      return make("li", {}, name, make("div", { class: "meta", "data-structure": "" }, meta));
    });
    return list.length ? section("Source", make("ul", { class: "bib" }, ...list)) : null;
  };
  const origins = (id, node) => {
    if (!node.x) return null;
    const tone = { agrees: "agrees", differs: "differs" };
    const rows = node.x.o.map(([origin, value, layer, verdict, ids, source]) => make("tr", {},
      make("th", { scope: "row", "data-structure": "" }, origin),
      make("td", {}, make("a", { class: "num", href: address(ids[0]), "data-lineage": ids[0] }, value)),
      make("td", { "data-structure": "" }, source),
      make("td", { class: "fixed", "data-structure": "" }, `layer ${layer}`),
      make("td", { class: tone[verdict] || "aside" }, verdict)));
    const figure = make("div", { class: "lanes" });
    if (node.x.svg) figure.innerHTML = node.x.svg;
    return section(node.x.title, figure,
      table("What each origin says", ["Origin", "Value", "Source", "Layer", "Verdict"], rows));
  };
  const grade = (node) => {
    const weakest = (node.i || []).filter((id) => nodes[id] && nodes[id].q[4] === node.q[4]).slice(0, 6);
    const parts = [];
    if (node.x) {
      const left = make("p", {}, "Without its best origin, ", words(node.x.best), ", the label would be ");
      left.append(mark(node.x.without));
      parts.push(left);
      if (node.x.disputed) parts.push(make("p", {}, "Another counting origin disagrees; the label stands because two agree."));
      if (node.x.adjacent) parts.push(make("p", {}, "A neighbouring period backs it: ", words(node.x.adjacent), "."));
    } else if (weakest.length && node.k === "formula") {
      parts.push(make("p", {}, "A result carries the label of its weakest necessary part. These inputs carry the same label:"));
      parts.push(make("ul", { class: "plain" }, ...weakest.map((id) => make("li", {}, linked(id), " ", words(nodes[id].n)))));
    } else if (node.k === "observation") {
      parts.push(make("p", {}, "It stands on one source. A second, independent origin would raise it; withdrawal would leave nothing."));
    } else {
      parts.push(make("p", {}, "It is our judgement, listed with its range among the assumptions."));
    }
    return section("What would change the label", make("div", { class: "prose" }, ...parts));
  };
  const record = (id, node) => {
    const unit = node.q[3] || "none";
    const kinds = { observation: "read from a source", formula: "computed", assumption: "assumed", correction: "corrected" };
    const rows = [["Id", make("code", { "data-structure": "" }, id)], ["How known", kinds[node.k]], ["Unit", words(unit)]];
    if (node.r) rows.push(["Interval", make("span", { "data-lineage": id }, node.r)]);
    if (node.m) rows.push(["Note", make("span", { "data-lineage": id }, node.m)]);
    return section("Record", make("dl", { class: "record" }, ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])));
  };
  const used = (node) => {
    const rows = (node.u || []).filter((id) => nodes[id]).map((id) => make("tr", {},
      make("th", { scope: "row", "data-structure": "" }, nodes[id].n), make("td", {}, linked(id))));
    const pages = (node.p || []).map(([name, place]) => make("li", {}, make("a", { href: place }, words(name))));
    if (!rows.length && !pages.length) return null;
    return section("Where it is used",
      rows.length ? table("Results computed from it", ["Result", "Value"], rows) : null,
      pages.length ? make("div", {}, make("h3", { class: "section" }, "Pages that show it"), make("ul", { class: "plain" }, ...pages)) : null);
  };
  const inputs = (node) => {
    if (!(node.i || []).length || (node.x && node.x.o.length === node.i.length)) return null;
    const rows = node.i.slice(0, 200).map((id) => make("tr", {},
      make("th", { scope: "row", "data-structure": "" }, nodes[id] ? nodes[id].n : id),
      make("td", {}, linked(id)), make("td", {}, mark(nodes[id] && nodes[id].q[4]))));
    return section("All inputs", table("Inputs of this number", ["Input", "Value", "Label"], rows));
  };

  const show = async () => {
    const target = document.getElementById("glass");
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* an address with a bare per cent sign */ }
    if (!id) {
      target.replaceChildren(make("p", { class: "lede" }, "Open a number on any page, and it is taken apart here."));
      return;
    }
    await Promise.all([need([id]), load("sources")]);
    const node = nodes[id];
    if (!node) {
      target.replaceChildren(make("p", { class: "lede" }, "No number with this id is shown in this edition: ", words(id)));
      return;
    }
    await need([...(node.i || []), ...(node.u || [])]);
    await need((node.i || []).flatMap((input) => (nodes[input] && nodes[input].i) || []));
    document.title = `${node.t}: ${node.n} · midstream`;
    const long = node.t.length > 9 ? "glass-value small" : "glass-value";
    const line = make("p", { class: "glass-line" }, make("span", { class: long, "data-lineage": id }, node.t), mark(node.q[4]));
    const head = make("div", {}, make("p", { class: "kicker" }, "One number, opened"),
      make("h1", { class: "visually-hidden", "data-lineage": id }, `${node.t}, ${node.n}`), line,
      make("p", { class: "lede", "data-structure": "" }, node.n));
    if (node.r) head.append(make("p", { class: "note" }, "Interval ", make("span", { "data-lineage": id }, node.r)));
    const tree = (node.i || []).length && !node.x
      ? section("How it was computed", make("div", { class: "tree" }, make("ul", {}, branch(id, 2, true)))) : null;
    const left = make("div", {}, head, ...[origins(id, node), tree, sources(node)].filter(Boolean));
    const right = make("div", {}, ...[used(node), grade(node), record(id, node)].filter(Boolean));
    target.replaceChildren(make("div", { class: "two glass" }, left, right), ...[inputs(node)].filter(Boolean));
    document.documentElement.dataset.ready = "on";
    scrollTo(0, 0);
  };
  addEventListener("hashchange", show);
  show();
})();
