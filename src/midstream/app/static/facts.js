"use strict";
// The evidence browser: the filters are the address; the list follows them.
(() => {
  const part = document.getElementById("facts-part");
  let asking = null;
  const show = async (address, push) => {
    asking?.abort();
    const mine = asking = new AbortController();
    const focus = document.activeElement?.name;
    const place = document.activeElement?.selectionStart;
    try {
      const answer = await fetch(address.replace("/evidence?", "/evidence/facts?"), { signal: mine.signal });
      part.innerHTML = await answer.text();
      if (push) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
      const field = focus && part.querySelector(`[name="${focus}"]`);
      if (field) {
        field.focus();
        if (field.type === "search") field.setSelectionRange(place, place);
      }
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };
  const asked = () => {
    const all = new URLSearchParams();
    new FormData(document.getElementById("filters")).forEach((value, name) => { if (value) all.append(name, value); });
    return `/evidence?${all}`;
  };
  part.addEventListener("input", () => show(asked(), false));
  part.addEventListener("submit", (event) => { event.preventDefault(); show(asked(), true); });
  part.addEventListener("click", (event) => {
    const link = event.target.closest("a.control");
    if (!link) return;
    event.preventDefault();
    show(link.getAttribute("href"), true);
    part.scrollIntoView();
  });
  addEventListener("popstate", () => location.reload());
})();
