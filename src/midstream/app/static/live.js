"use strict";
// Beside each SVG download: the same figure as PNG, with its title and source line burnt in.
(() => {
  const fonts = [["Source Serif 4", "SourceSerif4"], ["IBM Plex Sans", "IBMPlexSans"]];
  let faces = null;
  const face = async ([family, file]) => {
    const bytes = new Uint8Array(await (await fetch(`/static/${file}.woff2`)).arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return `@font-face{font-family:"${family}";font-weight:100 900;font-stretch:75% 100%;src:url(data:font/woff2;base64,${btoa(text)})}`;
  };
  const png = async (address) => {
    faces ??= Promise.all(fonts.map(face));
    const style = `<style>${(await faces).join("")}</style>`;
    const drawn = (await (await fetch(address)).text()).replace(/<svg[^>]*>/, (tag) => tag + style);
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * image.naturalWidth;
    canvas.height = 2 * image.naturalHeight;
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.drawImage(image, 0, 0);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  };
  const save = async (link) => {
    const made = document.createElement("a");
    made.href = URL.createObjectURL(await png(link.href));
    made.download = `${new URL(link.href).pathname.split("/").pop().replace(".svg", "")}.png`;
    made.click();
    setTimeout(() => URL.revokeObjectURL(made.href), 10000);
  };
  const add = (part) => part.querySelectorAll(".under-links a[href*='.svg']").forEach((link) => {
    if (link.nextElementSibling?.dataset.png !== undefined) return;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.png = "";
    button.textContent = "PNG";
    button.addEventListener("click", () => save(link));
    link.after(button);
  });
  window.midstreamLive = { add };

  // A form whose answer takes a while: progress and Cancel, then the answer in its place.
  const follow = async (form, place) => {
    const asked = new URLSearchParams(new FormData(form));
    let answer = await fetch(`${form.getAttribute("action")}?${asked}`);
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
      place.replaceChildren(bar, " ", cancel);
      for (;;) {
        const told = await (await fetch(`/api/v1/jobs/${job}`)).json();
        if (told.error || told.state === "done" || told.state === "stopped") break;
        bar.value = told.share;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      answer = await fetch(`/api/v1/jobs/${job}/result`);
    }
    const kind = answer.headers.get("content-type") || "";
    if (kind.startsWith("text/html")) place.innerHTML = await answer.text();
    else place.textContent = (await answer.json()).error.what;
    add(place);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-job-form]");
    if (!form) return;
    event.preventDefault();
    follow(form, form.parentElement.querySelector(".job-result"));
  });
  add(document);
})();
