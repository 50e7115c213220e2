// The document rules: present, absent, or not to be judged, each with its reason.

import { el } from "./dom.js";

const STATES = [
  { met: false, glyph: "✕", word: "missing", className: "missing" },
  { met: null, glyph: "–", word: "not judged", className: "unjudged" },
  { met: true, glyph: "✓", word: "present", className: "present" },
];

/** Fill `list`, what is missing first; `show(place)` points at evidence in the draft. */
export function showScorecard(list, entries, titles, show) {
  const rows = STATES.flatMap((state) =>
    entries.filter((entry) => entry.met === state.met).map((entry) => row(entry, state, titles, show)),
  );
  list.replaceChildren(...rows);
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
