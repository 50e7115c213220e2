// The keys of reviewing. Each stands on a button, link or field (data-key) and does what a click
// there does; in a field, with a modifier held, or where they were switched off, they do nothing.
// While the answer to one is under way none is heard: it would meet a story nobody has read yet.

import { byId } from "./dom.js";

const WRITING = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";

let heard = null; // the element that pages are shown in, once keys are listened to

export function start(main) {
  if (!heard) document.addEventListener("keydown", hear); // for good: no page is shown without it
  heard = main;
  hold(main.querySelector("[data-claim]")?.dataset.claim);
  for (const button of main.querySelectorAll("[data-to]")) {
    button.hidden = false;
    button.addEventListener("click", () => press(main, button.dataset.to));
  }
}

function hear(event) {
  const { key, target } = event;
  const keys = heard.querySelector("[data-keys]")?.dataset.keys;
  if (!keys || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
  if (key === "Escape") {
    leave(heard, target);
    return;
  }
  if (keys !== "on" || target.closest?.(WRITING) || document.body.hasAttribute("aria-busy")) return;
  if (press(heard, key)) event.preventDefault();
}

/** Do what stands under a key; false where nothing does. */
function press(main, key) {
  const node = [...main.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!node) return false;
  if (node.matches("input")) {
    node.focus();
    return true;
  }
  node.click();
  const box = node.matches("summary") ? node.parentElement : null;
  if (box) (box.open ? (box.querySelector("input:not([type=hidden]), select") ?? node) : node).focus();
  return true;
}

/** Leave a field, or close what a key had opened. */
function leave(main, target) {
  const box = target.closest?.("details[open]");
  if (box && main.contains(box) && !target.matches("summary")) {
    box.querySelector("summary").focus();
    return;
  }
  const heading = byId("review-story");
  if (!heading || !(box || target.closest?.(WRITING))) return;
  heading.tabIndex = -1;
  heading.focus();
}

/** Keep the story that is shown from others for some minutes. */
function hold(article) {
  if (!article) return;
  fetch("/review/claim", { method: "POST", body: new URLSearchParams({ article }) }).catch(() => {});
}
