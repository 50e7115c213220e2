// Draws what the state says: marks, cards, filters, what is set aside, and how things stand.

import { showCards } from "./cards.js";
import { byId, plural } from "./dom.js";
import { showFilters } from "./filters.js";
import { byPriority, countBySeverity, group, inReadingOrder, opening, problemsOf, sentenceOf } from "./findings.js";
import { showHidden, showSilenced } from "./hidden.js";
import { guidelineOf } from "./guidelines.js";
import { hiding, settle } from "./ignores.js";
import { showScorecard } from "./scorecard.js";
import { desk, marks, state, texts } from "./state.js";
import { announce, noOutcome, notice, offerMore, outcome, say } from "./status.js";

/** What buttons in cards and lists do; the modules that do it put it here. */
export const actions = { titleOf, guidelineOf, sentenceOf: (place) => sentenceOf(texts()[place.field], place) };

const LEAST = { bar: Number(desk.dataset.bar), floor: Number(desk.dataset.floor), best: Number(desk.dataset.best) };
let cards = new Map(); // by problem id
let told = ""; // the outcome last read out

/** Show a new answer. */
export function show(document) {
  const { current } = state;
  state.findings = document.findings;
  state.answer = document;
  state.unchecked = document.unchecked;
  state.silenced = document.silenced;
  state.aside = settle(state.aside, state.findings, texts());
  sort();
  actions.settlePeople();
  // Whoever walks through the flags stays at hers when a new answer comes.
  state.current = (current && state.problems.find((p) => isSame(p, current))) ?? null;
  byId("words").textContent = plural(document.words, "word");
  showScorecard(byId("scorecard-list"), document.scorecard, state.titles, actions.showEvidence);
  byId("scorecard").hidden = document.scorecard.length === 0;
  nameUnchecked();
  byId("scorecard").inert = byId("silenced").inert = false;
  render();
}

/** Show that there is no answer. */
export function reset(words) {
  state.findings = state.problems = [];
  state.current = state.answer = null;
  state.unchecked = state.silenced = [];
  state.people = [];
  told = "";
  byId("words").textContent = "";
  byId("scorecard").hidden = true;
  byId("scorecard-list").replaceChildren();
  nameUnchecked();
  noOutcome();
  notice("");
  say(words, { aloud: false });
  render();
}

/** Part the findings into problems that are shown and what is set aside. */
export function sort() {
  const shown = state.findings.filter((finding) => !hiding(state.aside, finding));
  state.problems = problemsOf(shown, texts());
}

const isSame = (a, b) => a.field === b.field && a.start === b.start && a.parts[0].rule === b.parts[0].rule;

/** The problem as it is now: cards keep the one they were made of, edits move it along. */
export const live = ({ id }) => state.problems.find((problem) => problem.id === id);

/** The problem that a finding is a part of. */
export const around = ({ id }) =>
  state.problems.find(({ parts }) => parts.some((part) => part.id === id));

const placesOf = (groups) => groups.flatMap(({ places }) => places);

/** The problems and their repeats that the page opens with, and all of them; best first. */
const best = () => opening(ranked(), LEAST);
const ranked = () => byPriority(group(state.problems));
const offered = () => (state.more ? ranked() : best());

/** Of these the ones of the severity that was asked for, while there are any. */
function shown() {
  const groups = offered();
  const only = groups.filter(({ severity }) => severity === state.only);
  return only.length ? only : groups;
}

/** The problems that are shown, in the order of their cards. */
export const visible = () => placesOf(shown());

/** The same as they stand in the text, which is how keys go through them. */
export const inText = () => visible().sort(inReadingOrder);

/** How many problems are not shown since they are less sure. */
export const foldedCount = () => state.problems.length - placesOf(offered()).length;

/** Lines of the desk's own, such as a dateline, are marked in grey and named once; and what is wrong
 * with comments that were to silence a rule. */
function nameUnchecked() {
  const kinds = [...new Set(state.unchecked.map(({ kind }) => kind))];
  const named = kinds.length ? [`Not checked: ${kinds.join(", ")}.`] : [];
  const wrong = (state.answer?.ignore_problems ?? []).map(({ line, message }) => `Line ${line}: ${message}.`);
  const words = [...named, ...wrong].join(" ");
  byId("unchecked").textContent = words;
  byId("unchecked").hidden = !words;
}

/** Mark what is shown in the draft. */
export function paint() {
  marks.paint(visible().flatMap(({ parts }) => parts), state.current);
  marks.paintQuiet(state.unchecked);
}

/** Draw everything; focus inside the cards stays there. */
export function render() {
  const seen = visible();
  const hadFocus = byId("cards").contains(document.activeElement);
  if (!seen.includes(state.current)) state.current = null;
  paint();
  cards = showCards(byId("cards"), shown(), actions);
  showFilters(byId("filters"), countBySeverity(offered()), state.only, showOnly);
  showHidden(state.aside, state.answer?.ignored ?? [], (entry) => hiddenBy([entry]).length, actions);
  showSilenced(state.silenced, actions);
  actions.renderPeople();
  renderOutcome();
  renderPosition();
  actions.hideTip();
  const card = state.current && mark(state.current);
  if (hadFocus) (card ?? byId("cards").firstElementChild ?? byId("flags")).focus({ preventScroll: true });
}

function renderOutcome() {
  if (!state.answer) return;
  const flags = placesOf(offered()).length;
  const folded = foldedCount();
  offerMore(placesOf(best()).length < state.problems.length, state.more);
  const counts = { flags, folded, hidden: hiddenBy(state.aside).length };
  const words = outcome(state.answer, counts);
  say(words, { aloud: false });
  // Another word in the draft is no news to a listener; another flag or reason is.
  const { checked, note } = state.answer.coverage;
  const news = [flags, folded, counts.hidden, checked, note?.replace(/\d+/, "")].join();
  const missed = byId("missed").textContent;
  if (news !== told) announce([words, note, missed].filter(Boolean).join(" "));
  told = news;
}

/** The problems that `entries` of what is set aside hide. */
export const hiddenBy = (entries) =>
  problemsOf(state.findings.filter((finding) => hiding(entries, finding)), texts());

/** Make the card of `problem` the current one, standing for it; return the card. */
export function mark(problem) {
  const card = cards.get(problem.id);
  for (const other of byId("cards").children) other.removeAttribute("aria-current");
  card.stand(problem);
  card.setAttribute("aria-current", "true");
  return card;
}

/** Show the flags of one severity only; asked for again, all. */
function showOnly(severity) {
  state.only = severity === state.only ? "" : severity;
  render();
}

byId("more").addEventListener("click", () => {
  state.more = !state.more;
  render();
});

export function renderPosition() {
  const seen = inText();
  byId("previous").disabled = byId("next").disabled = seen.length === 0;
  const at = seen.indexOf(state.current);
  const none = { whole: "No flags", part: "Checked in part", none: "Not checked" };
  const total = seen.length ? plural(seen.length, "flag") : none[state.answer?.coverage.checked] ?? "";
  byId("position").textContent = at < 0 ? total : `${at + 1} of ${seen.length}`;
  byId("walk").classList.toggle("idle", !state.answer);
}

function titleOf(rule) {
  return state.titles.get(rule) ?? rule.replaceAll("-", " ");
}
