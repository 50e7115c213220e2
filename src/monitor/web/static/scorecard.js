// The document rules: present, absent, or not to be judged, each with its reason.

import { el } from "./dom.js";

// The titles of these rules name the good practice: "Tells readers where to get help" is in order.
const ATTENTION = { glyph: "✕", word: "needs attention", className: "missing" };
const IN_ORDER = { glyph: "✓", word: "in order", className: "present" };
const UNJUDGED = { glyph: "–", word: "not judged", className: "unjudged" };

/** Fill `list`, what needs attention first; `show(place)` points at evidence in the draft. */
export function showScorecard(list, entries, titles, show) {
  const rows = (met, state) =>
    entries.filter((entry) => entry.met === met).map((entry) => row(entry, state, titles, show));
  const unjudged = rows(null, UNJUDGED);
  const rest = el(
    "details",
    {},
    el("summary", { textContent: `${unjudged.length} not judged` }),
    el("ul", {}, ...unjudged),
  );
  list.replaceChildren(...rows(false, ATTENTION), ...rows(true, IN_ORDER));
  if (unjudged.length) list.append(el("li", { className: "rest" }, rest));
}

function row(entry, state, titles, show) {
  const evidence = entry.evidence.map((place, index) =>
    el("button", {
      type: "button",
      className: "evidence",
      textContent: entry.evidence.length > 1 ? `Show ${index + 1}` : "Show",
      onclick: () => show(place),
    }),
  );
  return el(
    "li",
    { className: state.className },
    el("span", { className: "state", "aria-hidden": "true", textContent: state.glyph }),
    el(
      "div",
      {},
      el("a", {
        href: `/rules/${encodeURIComponent(entry.item)}`,
        target: "_blank",
        rel: "noopener",
        textContent: titles.get(entry.item) ?? entry.item.replaceAll("-", " "),
      }),
      el("span", { className: "state-word", textContent: state.word }),
      el("p", {}, entry.reason, " ", ...evidence),
    ),
  );
}
