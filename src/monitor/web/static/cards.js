// One card for each problem and its repeats: what is wrong, why, what to write instead, on whose
// word, and how to set it aside. A problem may be against several rules; each is named.

import { badge, el, link, plural } from "./dom.js";
import { feedbackControls } from "./feedback.js";
import { sureness } from "./findings.js";
import { isSeveral } from "./guidelines.js";

const unfolded = new Set(); // reasons that were opened stay open when the cards are made anew

/**
 * Fill `list` with cards. `actions` has `go(problem)`, `show(problem)`, `apply(finding, wording)`,
 * `dismiss(problem)`, `ignoreRule(finding)`, `goToPerson(number)`, `titleOf(rule)`, `sentenceOf(problem)`.
 * Returns a map from each problem's id to its card.
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

function makeCard({ places, severity }, actions) {
  const [first] = places;
  const card = el("li", {
    className: `card ${severity}`,
    tabIndex: -1,
    "aria-label": `${severity}: ${first.words}`,
    "aria-keyshortcuts": "Enter",
  });
  const note = el("span", { className: "note" });
  const body = el("div");
  const head = [badge(severity), note, places.length > 1 ? steps(card, places, actions) : null];
  const told = new Map(places.toReversed().flatMap(({ parts }) => parts.map((part) => [part.rule, part])));
  const reasons = new Map([...told].map(([rule, part]) => [rule, why(part)]));
  card.append(el("div", { className: "card-head" }, ...head), body);
  // The card stands for one place at a time, the one last walked to: suggestions have its case.
  card.stand = (place) => {
    card.place = place;
    note.textContent = placeNote(place);
    body.replaceChildren(...placeParts(place, reasons, actions));
  };
  card.stand(first);
  return card;
}

function placeParts(place, reasons, actions) {
  const rules = [...new Set(place.parts.map((part) => part.rule))];
  const byRule = rules.map((rule) => place.parts.filter((part) => part.rule === rule));
  return [
    el("button", {
      type: "button",
      className: "match",
      dir: "auto",
      textContent: place.words,
      title: "Show in the draft",
      onclick: () => actions.show(place),
    }),
    sentence(actions.sentenceOf(place)),
    ...byRule.flatMap((parts) => ruleParts(parts, place, byRule.length > 1, reasons, actions)),
    personLink(place, actions),
    el(
      "div",
      { className: "aside" },
      el("button", {
        type: "button",
        className: "quiet",
        textContent: "Dismiss here",
        "aria-label": `Dismiss here: “${place.words}”`,
        onclick: () => actions.dismiss(place),
      }),
      byRule.length === 1 ? ignoreButton(place.parts[0], "Ignore this rule", actions) : null,
    ),
    feedbackControls(keyOf(place), byRule.map(([part]) => part)),
  ].filter(Boolean);
}

/** The sentence around a flag; none where the flag is all of it. */
function sentence({ before, words, after }) {
  if (!/[\p{L}\p{N}]/u.test(before + after)) return null;
  return el("p", { className: "sentence", dir: "auto" }, before, el("b", { textContent: words }), after);
}

/** The way from a flag on somebody to her entry among the people of the draft. */
function personLink({ parts }, { goToPerson }) {
  const number = parts.find(({ protects, person }) => protects && person)?.person;
  if (!number) return null;
  return el("button", {
    type: "button",
    className: "quiet",
    textContent: `Person ${number} in “People in this draft”`,
    onclick: () => goToPerson(number),
  });
}

const keyOf = ({ parts, words }) => [words.toLowerCase(), ...parts.map(({ rule }) => rule)].join("\n");

/** What one rule says of a place. Parts of the same rule differ in their words only. */
function ruleParts(parts, place, isOneOfSeveral, reasons, actions) {
  const [first] = parts;
  const title = actions.titleOf(first.rule);
  const name = el("p", { className: "rule-name" }, badge(first.severity), ` ${title}`);
  const said = sureness(first.confidence);
  const guideline = actions.guidelineOf(first);
  const offers = parts.map((part) => suggestions(part, place.parts.length > 1, actions));
  return [
    isOneOfSeveral ? name : null,
    el("p", { className: "message", textContent: first.message }),
    said ? el("p", { className: "sureness", textContent: said }) : null,
    guideline ? el("p", { className: "sureness", textContent: `Guideline: ${guideline}` }) : null,
    ...offers,
    reasons.get(first.rule),
    isOneOfSeveral ? ignoreButton(first, `Ignore “${title}”`, actions) : null,
  ].filter(Boolean);
}

/** The words that are seen begin the name that is heard: a voice command says what is seen. */
function ignoreButton(finding, words, actions) {
  const name = actions.titleOf(finding.rule);
  const title = words.includes(name) ? "" : `: ${name}`;
  return el("button", {
    type: "button",
    className: "quiet",
    textContent: words,
    "aria-label": `${words} in this draft${title}`,
    onclick: () => actions.ignoreRule(finding),
  });
}

const NOTES = [
  ["in the headline", (f) => f.scope === "headline"],
  ["in a caption", (f) => f.scope === "caption"],
  ["in a quotation", (f) => f.quoted === "attributed"],
  ["in quotation marks", (f) => f.quoted === "scare"],
];

function placeNote({ parts: [first] }) {
  const notes = NOTES.filter(([, fits]) => fits(first)).map(([words]) => words);
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

function suggestions(finding, isOneOfSeveral, actions) {
  if (!finding.suggestions.length) return null;
  const label = isOneOfSeveral ? `Write instead of “${finding.match}”` : "Write instead";
  const rows = finding.suggestions.map((wording) =>
    el("li", {}, replaceButton(finding, wording, actions), copyButton(wording)),
  );
  return el(
    "div",
    { className: "instead" },
    el("p", { className: "instead-label", dir: "auto", textContent: label }),
    el("ul", {}, ...rows),
  );
}

function replaceButton(finding, wording, actions) {
  const shown = wording || "(leave out)";
  if (!finding.replaceable) {
    return el("span", { className: "wording", dir: "auto", textContent: shown });
  }
  return el("button", {
    type: "button",
    className: "suggestion",
    dir: "auto",
    textContent: shown,
    title: `Replace “${finding.match}”`,
    "aria-label": `Replace with ${wording || "nothing"}`,
    onclick: () => actions.apply(finding, wording),
  });
}

function copyButton(wording) {
  return el("button", {
    type: "button",
    className: "copy",
    textContent: "Copy",
    "aria-label": `Copy ${wording}`,
    onclick: (event) => copy(event.currentTarget, wording),
  });
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
  const key = `${finding.rule}\n${finding.match.toLowerCase()}`;
  const details = el(
    "details",
    { open: unfolded.has(key) },
    el("summary", { textContent: "Why, and on whose word" }),
    el("p", { textContent: finding.why }),
    el("ul", { className: "sources" }, ...sources),
    el("p", {}, ruleLink(finding)),
  );
  details.addEventListener("toggle", () => {
    if (!details.isConnected) return;
    if (details.open) unfolded.add(key);
    else unfolded.delete(key);
  });
  return details;
}

/** Forget which reasons were open: the words of a draft are among what tells them apart. */
export const foldAll = () => unfolded.clear();

function ruleLink({ rule, guideline }) {
  const path = isSeveral() && guideline ? [guideline, rule] : [rule];
  return el("a", {
    href: `/rules/${path.map(encodeURIComponent).join("/")}`,
    target: "_blank",
    rel: "noopener",
    textContent: "The whole rule, with examples",
  });
}
