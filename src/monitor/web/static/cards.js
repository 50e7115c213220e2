// One card for each rule and wording: what is wrong, why, what to write instead, on whose word.

import { badge, el, link, plural } from "./dom.js";

/**
 * Fill `list` with cards. `actions` has `go(finding)`, `apply(finding, wording)`.
 * Returns a map from each finding's id to its card.
 */
export function showCards(list, groups, actions) {
  const cards = new Map();
  const nodes = groups.map((group) => {
    const card = makeCard(group, actions);
    for (const place of group.places) cards.set(place.id, card);
    return card;
  });
  list.replaceChildren(...nodes);
  return cards;
}

function makeCard({ places }, actions) {
  const [first] = places;
  const label = `${first.severity}: ${first.match}`;
  // The place that the card's buttons act on: the one last walked to.
  const card = el("li", { className: `card ${first.severity}`, tabIndex: -1, "aria-label": label });
  card.place = first;
  const current = () => card.place;
  const parts = [
    el(
      "div",
      { className: "card-head" },
      badge(first.severity),
      placeNote(places),
      places.length > 1 ? steps(places, current, actions) : null,
    ),
    el("button", {
      type: "button",
      className: "match",
      dir: "auto",
      textContent: first.match,
      title: "Show in the draft",
      onclick: () => actions.go(current()),
    }),
    el("p", { className: "message", textContent: first.message }),
    suggestions(first, current, actions),
    why(first),
  ];
  card.append(...parts.filter(Boolean));
  return card;
}

const NOTES = [
  ["in the headline", (f) => f.scope === "headline"],
  ["in a caption", (f) => f.scope === "caption"],
  ["in a quotation", (f) => f.quoted === "attributed"],
  ["in quotation marks", (f) => f.quoted === "scare"],
];

/** What is true of every place of the card. */
function placeNote(places) {
  const notes = NOTES.filter(([, fits]) => places.every(fits)).map(([words]) => words);
  return notes.length ? el("span", { className: "note", textContent: notes.join(", ") }) : null;
}

function steps(places, current, actions) {
  const step = (by) => () => {
    const index = places.findIndex((place) => place.id === current().id);
    actions.go(places[(index + by + places.length) % places.length]);
  };
  return el(
    "span",
    { className: "steps" },
    el("button", { type: "button", textContent: "‹", "aria-label": "Place before", onclick: step(-1) }),
    el("span", { className: "places", textContent: plural(places.length, "place") }),
    el("button", { type: "button", textContent: "›", "aria-label": "Next place", onclick: step(1) }),
  );
}

function suggestions(finding, current, actions) {
  if (!finding.suggestions.length) return null;
  const rows = finding.suggestions.map((wording) =>
    el(
      "li",
      {},
      el("button", {
        type: "button",
        className: "suggestion",
        dir: "auto",
        textContent: wording || "(leave out)",
        title: `Replace “${finding.match}”`,
        "aria-label": `Replace with ${wording || "nothing"}`,
        onclick: () => actions.apply(current(), wording),
      }),
      el("button", {
        type: "button",
        className: "copy",
        textContent: "Copy",
        "aria-label": `Copy ${wording}`,
        onclick: (event) => copy(event.currentTarget, wording),
      }),
    ),
  );
  return el(
    "div",
    { className: "instead" },
    el("p", { className: "instead-label", textContent: "Write instead" }),
    el("ul", {}, ...rows),
  );
}

async function copy(button, wording) {
  try {
    await navigator.clipboard.writeText(wording);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
}

function why(finding) {
  const sources = finding.sources.map((source) =>
    el(
      "li",
      {},
      link(source.url, source.title),
      source.section ? el("span", { className: "section", textContent: `, ${source.section}` }) : null,
    ),
  );
  return el(
    "details",
    {},
    el("summary", { textContent: "Why, and on whose word" }),
    el("p", { textContent: finding.why }),
    el("ul", { className: "sources" }, ...sources),
    el("p", {}, ruleLink(finding.rule)),
  );
}

function ruleLink(rule) {
  return el("a", {
    href: `/rules/${encodeURIComponent(rule)}`,
    target: "_blank",
    rel: "noopener",
    textContent: "The whole rule, with examples",
  });
}
