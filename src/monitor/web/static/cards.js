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
  const card = el("li", {
    className: `card ${first.severity}`,
    tabIndex: -1,
    "aria-label": `${first.severity}: ${first.match}`,
  });
  const note = el("span", { className: "note" });
  const body = el("div");
  const head = [badge(first.severity), note, places.length > 1 ? steps(card, places, actions) : null];
  card.append(el("div", { className: "card-head" }, ...head), body, why(first));
  // The card stands for one place at a time, the one last walked to: suggestions have its case.
  card.stand = (place) => {
    card.place = place;
    note.textContent = placeNote(place);
    body.replaceChildren(...placeParts(place, actions));
  };
  card.stand(first);
  return card;
}

function placeParts(place, actions) {
  return [
    el("button", {
      type: "button",
      className: "match",
      dir: "auto",
      textContent: place.match,
      title: "Show in the draft",
      onclick: () => actions.go(place),
    }),
    el("p", { className: "message", textContent: place.message }),
    suggestions(place, actions),
  ].filter(Boolean);
}

const NOTES = [
  ["in the headline", (f) => f.scope === "headline"],
  ["in a caption", (f) => f.scope === "caption"],
  ["in a quotation", (f) => f.quoted === "attributed"],
  ["in quotation marks", (f) => f.quoted === "scare"],
];

function placeNote(place) {
  const notes = NOTES.filter(([, fits]) => fits(place)).map(([words]) => words);
  return notes.join(", ");
}

function steps(card, places, actions) {
  const step = (by) => () => {
    const index = places.findIndex((place) => place.id === card.place.id);
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

function suggestions(finding, actions) {
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
        onclick: () => actions.apply(finding, wording),
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
