"use strict";
// Follows the job that makes the pages, and opens them when it is done.
(() => {
  const bar = document.getElementById("share");
  const job = document.documentElement.dataset.job;
  const look = async () => {
    const answer = await fetch(`/api/v1/jobs/${job}`);
    if (!answer.ok) return location.reload();
    const { state, share } = await answer.json();
    bar.value = share;
    return state === "done" ? location.reload() : setTimeout(look, 700);
  };
  look();
})();
