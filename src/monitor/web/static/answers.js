// The people of a draft and what the reporter says of them. Pure functions. A person is as the check
// answers it, places in UTF-16 units. An answer is `{id, said, anchors, refused}`: what was said, and
// the words that mean the person. It follows these words through edits, and waits while they are gone.

import { editOf, shift } from "./findings.js";

const AROUND = 24; // characters on each side by which words are known again
const ANCHORS = 12; // mentions that an answer holds on to
const ALIKE = 6; // characters around a short word that must be as before

const PROTECTED = ["victim", "minor", "relative"];
const PUBLIC = ["official", "expert", "public_figure", "helper"];

/** The roles in the order of their buttons, each with its key. */
export const ROLES = [
  ["victim", "v"],
  ["minor", "m"],
  ["relative", "r"],
  ["witness", "w"],
  ["suspect", "s"],
  ["convicted", "c"],
  ["official", "o"],
  ["helper", "h"],
  ["expert", "e"],
  ["public_figure", "f"],
  ["other", "t"],
];

export const QUESTIONS = [
  { name: "exploited", short: "harmed?", words: "May a reader take this person for somebody harmed?" },
  { name: "minor", short: "under 18?", words: "Was this person under 18 then, or is now?" },
  { name: "consent", short: "consent?", words: "For this piece: consent in writing?" },
];

export const roleName = (role) => role.replaceAll("_", " ");

/** In what order people stand: those to be protected, other private people with details, the rest. */
export function rank({ role, details }) {
  if (PROTECTED.includes(role)) return 0;
  return details.length && !PUBLIC.includes(role) ? 1 : 2;
}

/** What is asked of a person and not yet answered. */
export function openQuestions({ questions }, said = {}) {
  const isAnswered = { exploited: "role" in said, minor: "minor" in said, consent: "consent" in said };
  return QUESTIONS.filter(({ name }) => questions.includes(name) && !isAnswered[name]);
}

/** What an answer to a question says, as `{role}`, `{minor}` or `{consent}`. */
export function saidBy(question, yes, person) {
  if (question !== "exploited") return { [question]: yes };
  if (yes) return { role: PROTECTED.includes(person.role) ? person.role : "victim" };
  return { role: PROTECTED.includes(person.role) ? "other" : person.role };
}

/** Whether a question was answered with yes or no; null where it was not. */
export function answerTo(question, said = {}) {
  if (question !== "exploited") return said[question] ?? null;
  return said.role ? PROTECTED.includes(said.role) : null;
}

export const isMinor = (person) => person?.minor === true || person?.role === "minor";

// Places ---------------------------------------------------------------------------------------

const overlaps = (a, b) => a.field === b.field && a.start < b.end && b.start < a.end;

/** Whom words mean: the person with this very mention, else with the shortest that shares a character. */
export function personAt(people, place) {
  const isSame = ({ start, end }) => start === place.start && end === place.end;
  const met = people.flatMap((person) =>
    person.mentions
      .filter((mention) => overlaps(mention, place))
      .map((mention) => [isSame(mention) ? 0 : mention.end - mention.start, person]),
  );
  met.sort(([a, one], [b, other]) => a - b || one.person - other.person);
  return met[0]?.[1] ?? null;
}

/** Move the people's places along with an edit; whoever is told of no more is left out. */
export const movePeople = (people, field, before, after) =>
  people
    .map((person) => ({
      ...person,
      mentions: shift(person.mentions, field, before, after),
      details: shift(person.details, field, before, after),
    }))
    .filter(({ mentions }) => mentions.length > 0);

export const answerOf = (answers, people, person) =>
  answers.find((answer) => !isWaiting(answer) && personOf(answer, people) === person);

function personOf({ anchors }, people) {
  for (const anchor of anchors) {
    const person = anchor.lost ? null : personAt(people, anchor);
    if (person) return person;
  }
  return null;
}

/** Whether an answer has no place in the draft now. */
export const isWaiting = ({ refused, anchors }) => refused || anchors.every(({ lost }) => lost);

const anchorAt = ({ field, start, end }, text) => ({
  field,
  start,
  end,
  words: text.slice(start, end),
  left: text.slice(Math.max(0, start - AROUND), start),
  right: text.slice(end, end + AROUND),
  lost: false,
});

const anchorsOf = (person, texts) =>
  person.mentions.slice(0, ANCHORS).map((mention) => anchorAt(mention, texts[mention.field]));

const nextId = (answers) => Math.max(0, ...answers.map(({ id }) => id)) + 1;

/** Note what is `said` of a person; what was said before and is said again is taken back. */
export function say(answers, people, person, said, texts) {
  const known = answerOf(answers, people, person);
  if (!known) {
    return [...answers, { id: nextId(answers), said, anchors: anchorsOf(person, texts), refused: false }];
  }
  const [[name, value]] = Object.entries(said);
  const kept = { ...known.said, ...said };
  if (known.said[name] === value) delete kept[name];
  if (!Object.keys(kept).length) return answers.filter((answer) => answer !== known);
  return answers.map((answer) => (answer === known ? { ...answer, said: kept } : answer));
}

export const forget = (answers, gone) => answers.filter((answer) => !gone.includes(answer));

/** Move answers along with an edit of `field`. */
export function follow(answers, field, before, after) {
  if (before === after) return answers;
  const edit = editOf(before, after);
  const step = (anchor) => (anchor.field === field ? followAnchor(anchor, edit, after) : anchor);
  return answers.map((answer) => ({ ...answer, anchors: answer.anchors.map(step) }));
}

function followAnchor(anchor, { head, end, moved }, after) {
  if (anchor.lost) {
    const back = findAgain(anchor, after, 0, after.length, AROUND);
    return back === null ? anchor : { ...anchor, start: back, end: back + anchor.words.length, lost: false };
  }
  if (anchor.end <= head) return anchor;
  if (anchor.start >= end) return { ...anchor, start: anchor.start + moved, end: anchor.end + moved };
  // Of words that were changed in part the greater part still stands for the person.
  const start = Math.min(anchor.start, head);
  const stop = anchor.end > end ? anchor.end + moved : head;
  const kept = Math.max(0, head - anchor.start) + Math.max(0, anchor.end - end);
  if (2 * kept >= anchor.end - anchor.start && after.slice(start, stop).trim()) {
    return { ...anchor, start, end: stop, words: after.slice(start, stop) };
  }
  const least = anchor.words.length > 4 ? 0 : ALIKE;
  const there = findAgain(anchor, after, head, end + moved, least);
  return there === null
    ? { ...anchor, lost: true }
    : { ...anchor, start: there, end: there + anchor.words.length };
}

/** Where an anchor's words stand between two places, best by what is around them; else null. */
function findAgain({ words, left, right }, text, low, high, least) {
  let best = null;
  let most = least - 1;
  for (let at = text.indexOf(words, low); at >= 0 && at + words.length <= high; at = text.indexOf(words, at + 1)) {
    const end = at + words.length;
    if (isLetter(text[at - 1]) || isLetter(text[end])) continue;
    const alike = sameEnd(left, text.slice(Math.max(0, at - AROUND), at)) + sameStart(right, text.slice(end, end + AROUND));
    if (alike > most) [best, most] = [at, alike];
  }
  return best;
}

const isLetter = (character) => /[\p{L}\p{N}]/u.test(character ?? "");

function sameStart(one, other) {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  return same;
}

const sameEnd = (one, other) => sameStart([...one].reverse().join(""), [...other].reverse().join(""));

/** After a check: hold on to the mentions that are read now, one answer for each person. */
export function settle(answers, people, texts) {
  const kept = new Map();
  for (const answer of answers) {
    const person = personOf(answer, people);
    const before = person && kept.get(person);
    const said = { ...before?.said, ...answer.said };
    kept.set(person ?? answer, person ? { ...answer, said, anchors: anchorsOf(person, texts), refused: false } : answer);
  }
  return [...kept.values()];
}

/** Set aside what the check could not place. */
export const refuse = (answers, refused) =>
  answers.map((answer) => (refused.includes(answer) ? { ...answer, refused: true } : answer));

// The list that a check takes, and files hold ---------------------------------------------------

const points = (text, at) => [...text.slice(0, at)].length;

/** Return an answer as a check takes it; with `inSource` its place is one in Markdown or HTML. */
export function asSent({ anchors, said }, texts, { inSource = false } = {}) {
  const { field, start, end } = anchors.find(({ lost }) => !lost);
  const [first, last] = [start, end].map((at) => points(texts[field], at));
  const source = inSource && field === "text" ? { source_start: first, source_end: last } : {};
  return { field, start: first, end: last, ...source, ...said };
}

/** Return the answers of a file, or null where it is none of this draft. */
export function fromFile(value, texts, { inSource = false } = {}) {
  if (!Array.isArray(value)) return null;
  const answers = value.map((one, index) => answerIn(one, texts, inSource, index + 1));
  return answers.includes(null) ? null : answers;
}

const KEYS = ["field", "start", "end", "source_start", "source_end", "role", "minor", "consent"];
const SAID = {
  role: (value) => ROLES.some(([role]) => role === value),
  minor: (value) => typeof value === "boolean",
  consent: (value) => typeof value === "boolean",
};

function answerIn(one, texts, inSource, id) {
  if (one === null || typeof one !== "object" || !Object.keys(one).every((key) => KEYS.includes(key))) return null;
  if (!["title", "text"].includes(one.field)) return null;
  const isSource = inSource && one.field === "text" && Number.isInteger(one.source_start);
  const ends = isSource ? [one.source_start, one.source_end] : [one.start, one.end];
  if (!ends.every(Number.isInteger) || ends[0] < 0 || ends[0] >= ends[1]) return null;
  const letters = [...texts[one.field]];
  if (ends[1] > letters.length) return null;
  const [start, end] = ends.map((at) => letters.slice(0, at).join("").length);
  const told = Object.entries(one).filter(([key, value]) => key in SAID && value !== null);
  if (!told.every(([key, value]) => SAID[key](value))) return null;
  const said = Object.fromEntries(told);
  return { id, said, anchors: [anchorAt({ field: one.field, start, end }, texts[one.field])], refused: false };
}
