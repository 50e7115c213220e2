// What is set aside in this draft, how much it hides, and the way back.

import { byId, el, plural } from "./dom.js";

/** List the entries below the cards; `countOf(entry)` says how many findings each hides. */
export function showHidden(entries, countOf, titleOf, bringBack) {
  const node = byId("hidden");
  const hadFocus = node.contains(document.activeElement);
  node.hidden = entries.length === 0;
  if (node.hidden) node.open = false;
  byId("hidden-count").textContent = `Set aside in this draft: ${entries.length}`;
  byId("hidden-list").replaceChildren(
    ...entries.map((entry) => {
      const name = entry.rule ? `Rule: ${titleOf(entry.rule)}` : `“${entry.words}”`;
      const count = countOf(entry);
      const now = entry.rule ? ` (${plural(count, "flag")})` : count ? "" : " (not in the draft now)";
      return el(
        "li",
        {},
        el("span", { className: "hidden-name", dir: "auto", textContent: name + now }),
        el("button", {
          type: "button",
          textContent: "Bring back",
          "aria-label": `Bring back ${name}`,
          onclick: () => bringBack(entry),
        }),
      );
    }),
  );
  if (hadFocus && !node.contains(document.activeElement)) {
    (node.hidden ? byId("flags") : node.querySelector("summary")).focus({ preventScroll: true });
  }
}

/** Offer to take the last step back; without `words` nothing is offered. */
export function offerUndo(words, undo) {
  const node = byId("undo");
  node.hidden = !words;
  node.replaceChildren();
  if (!words) return;
  const button = el("button", { type: "button", textContent: "Undo", onclick: undo });
  node.append(el("span", { dir: "auto", textContent: words }), " ", button);
}
