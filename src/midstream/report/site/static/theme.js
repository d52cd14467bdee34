"use strict";
// Runs before the page is painted: the remembered appearance, or the one of the system.
(() => {
  let kept = null;
  try { kept = localStorage.getItem("midstream-theme"); } catch { kept = null; }
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  document.documentElement.dataset.script = "on";
})();
