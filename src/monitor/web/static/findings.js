// Pure functions over findings. A finding's `start` and `end` here are UTF-16 units, which is what
// a browser's strings and ranges count in.

export const SEVERITIES = ["error", "warning", "suggestion"];

/** Words up to which a flag is on a phrase; one on more is on the sentence or headline as such. */
const PHRASE_WORDS = 8;
const ABUT = /^\s*[-\u2010\u2011]?\s*$/;
const NEAR = /^\s*(?:[\p{L}\p{M}’'-]+\s+){0,2}$/u;

/** Questions on the whole that flags of these rules ask already: none is asked a second time. */
const SAME = { "pseudonym-not-flagged": ["adult-victim-named", "child-name-identified"] };

/**
 * Turn an answer's places into the browser's: UTF-16 units, in the text as a textarea holds it,
 * which knows no CRLF. `texts` are the fields as they were checked; with `inSource` the text is
 * Markdown or HTML as it was written, and the places are those in it. Each finding gets an `id`.
 */
export function adapt(document, texts, { inSource = false } = {}) {
  const fit = { title: withoutCrlf(texts.title), text: withoutCrlf(texts.text) };
  const units = { title: unitsOf(texts.title), text: unitsOf(texts.text) };
  const place = ({ field, ...at }) => {
    const source = inSource && field === "text";
    const ends = source ? [at.source_start, at.source_end] : [at.start, at.end];
    const [first, last] = ends.map(units[field]);
    const words = texts[field].slice(first, last);
    return { field, start: fit[field](first), end: fit[field](last), words };
  };
  const findings = document.findings
    .map((f) => {
      const { start, end, words } = place(f);
      // Words with markup between them cannot be replaced without breaking it.
      return { ...f, start, end, replaceable: words === f.match };
    })
    .sort(inReadingOrder)
    .map((f, id) => ({ ...f, id }));
  const isFlag = ({ item, met }) => met === false && findings.some(({ rule }) => rule === item || SAME[item]?.includes(rule));
  const scorecard = document.scorecard
    .filter((entry) => !isFlag(entry))
    .map((entry) => ({ ...entry, evidence: entry.evidence.map(place) }));
  const lines = (document.unchecked ?? []).map((line) => ({ field: "text", ...line }));
  const known = lines.filter((line) => !inSource || Number.isInteger(line.source_start));
  const unchecked = known.map((line) => ({ kind: line.kind, ...place(line) }));
  const people = (document.people ?? []).map((person) => ({
    ...person,
    mentions: person.mentions.map(place),
    details: person.details.map((detail) => ({ kind: detail.kind, ...place(detail) })),
  }));
  const silenced = (document.silenced ?? []).map((finding) => ({ ...place(finding), rule: finding.rule }));
  return { ...document, findings, scorecard, unchecked, people, silenced };
}

/** Return the function that moves an offset in `text` to where it is with LF for each CRLF. */
function withoutCrlf(text) {
  const breaks = [...text.matchAll(/\r\n/g)].map((found) => found.index);
  return (offset) => offset - countBelow(breaks, offset);
}

/** Return the function from an offset in code points to one in UTF-16 units. */
function unitsOf(text) {
  const pairs = []; // code-point offsets of the characters that take two units
  for (const found of text.matchAll(/[\u{10000}-\u{10ffff}]/gu)) pairs.push(found.index - pairs.length);
  return (offset) => offset + countBelow(pairs, offset);
}

/** How many of the sorted `numbers` are below `bound`. */
function countBelow(numbers, bound) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function inReadingOrder(a, b) {
  if (a.field !== b.field) return a.field === "title" ? -1 : 1;
  return a.start - b.start || a.end - b.end;
}

/** The one stretch in which `before` and `after` differ: `head` to `end` of `before`. */
export function editOf(before, after) {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { head, end: before.length - tail, moved: after.length - before.length };
}

/**
 * Move the findings of `field` along with an edit, and drop those that the edit touched, so that
 * marks stay on their words until the next answer.
 */
export function shift(findings, field, before, after) {
  if (before === after) return findings;
  const { head, end, moved } = editOf(before, after);
  return findings.flatMap((f) => {
    if (f.field !== field || f.end <= head) return [f];
    if (f.start >= end) return [{ ...f, start: f.start + moved, end: f.end + moved }];
    return [];
  });
}

/**
 * Join what is one problem to a writer: findings that share words or stand beside each other, and
 * those of one rule in one phrase where none offers a wording of its own. A finding on a whole
 * sentence takes in only what is on the same sentence. `findings` are in reading order.
 */
export function problemsOf(findings, texts) {
  const phrases = [];
  const sentences = [];
  for (const finding of findings) {
    const text = texts[finding.field];
    const long = finding.match.split(/\s+/).length > PHRASE_WORDS;
    const groups = long ? sentences : phrases;
    const fits = long ? isSameStretch : isOnePhrase;
    const group = groups.at(-1);
    if (group && fits(group, finding, text)) {
      group.parts.push(finding);
      group.end = Math.max(group.end, finding.end);
    } else {
      const { field, start, end } = finding;
      groups.push({ field, start, end, parts: [finding] });
    }
  }
  return [...phrases, ...sentences].map((group) => problem(group, texts)).sort(inReadingOrder);
}

const isSameStretch = (group, { field, start, end }) =>
  group.field === field && group.start === start && group.end === end;

function isOnePhrase(group, finding, text) {
  if (group.field !== finding.field) return false;
  if (finding.start < group.end) return true;
  const between = text.slice(group.end, finding.start);
  if (/\n\s*\n/.test(between)) return false;
  if (ABUT.test(between)) return true;
  const others = group.parts.filter((part) => part.rule === finding.rule);
  const open = [...others, finding].every((part) => part.suggestions.length === 0);
  return others.length > 0 && open && NEAR.test(between);
}

function problem({ field, start, end, parts }, texts) {
  const severity = SEVERITIES.find((name) => parts.some((part) => part.severity === name));
  const words = parts.length === 1 ? parts[0].match : texts[field].slice(start, end);
  return { id: parts[0].id, field, start, end, parts, severity, words };
}

/**
 * Group repeats: one group per wording and rule, of several rules a shared one, in the order of their
 * first place, as severe as its most severe place and with the priority of the best: a repeat is less
 * sure, and so a suggestion where the first place is a warning.
 */
export function group(problems) {
  const known = new Map();
  const groups = [];
  for (const one of problems) {
    const keys = one.parts.map(({ rule }) => `${plainWords(one.words)}\n${rule}`);
    let places = keys.map((key) => known.get(key)).find(Boolean);
    if (!places) groups.push((places = []));
    places.push(one);
    for (const key of keys) if (!known.has(key)) known.set(key, places);
  }
  return groups.map((places) => ({ places, severity: worst(places), priority: most(places) }));
}

const worst = (places) => SEVERITIES.find((name) => places.some(({ severity }) => severity === name));

const most = (places) => Math.max(...places.flatMap(({ parts }) => parts.map(({ priority }) => priority)));

const plainWords = (words) => words.toLowerCase().replace(/\s+/g, " ");

/** Groups by what is most worth stopping at, as the check says, repeats with the first of them. */
export const byPriority = (groups) => groups.toSorted((a, b) => b.priority - a.priority);

/** Of groups, best first, those that a page opens with: all from `bar`, else the `best` from `floor`. */
export function opening(groups, { bar, floor, best }) {
  return groups.filter(({ priority }, n) => priority >= bar || (n < best && priority >= floor));
}

/**
 * The problem to go to from `place`, a problem or a caret: the next one in the text, with `by` -1
 * the one before, from the last round to the first. `problems` are in reading order.
 */
export function nextFrom(problems, place, by) {
  const at = problems.indexOf(place);
  if (at >= 0) return problems.at((at + by) % problems.length);
  const caret = { ...place, end: place.start };
  if (by > 0) return problems.find((one) => inReadingOrder(caret, one) <= 0) ?? problems[0];
  return problems.findLast((one) => isBefore(one, caret)) ?? problems.at(-1);
}

const isBefore = (one, other) =>
  one.field === other.field ? one.start < other.start : one.field === "title";

/** Characters of a sentence that are shown on each side of its flag. */
const AROUND = 180;

/** The sentence that a stretch stands in, as what is before it, its words, and what is after. */
export function sentenceOf(text, { start, end }) {
  const [from, to] = [Math.max(0, start - AROUND), Math.min(text.length, end + AROUND)];
  const head = text.slice(from, start).split(APART).at(-1);
  const tail = text.slice(end, to).split(APART)[0];
  const line = `${head}${text.slice(start, end)}${tail}`.replace(/\s/g, " ");
  const after = line.length - tail.length;
  const pieces = [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(line)];
  const begin = pieces.findLast(({ index }) => index <= head.length).index;
  const stop = pieces.find(({ index }) => index >= after)?.index ?? line.length;
  const begun = line.slice(begin, head.length);
  const rest = line.slice(after, stop);
  // Of a sentence that is longer the nearer part is shown.
  const isLong = begin === 0 && from > 0 && start - head.length === from;
  const goesOn = stop === line.length && to < text.length && end + tail.length === to;
  return {
    before: isLong ? begun.replace(/^\S*\s*/, "… ") : begun.trimStart(),
    words: line.slice(head.length, after),
    after: goesOn ? rest.replace(/\s*\S*$/, " …") : rest.trimEnd(),
  };
}

/** What parts paragraphs. */
const APART = /\n\s*\n/;

const isKnown = (confidence) => confidence !== null && confidence !== undefined;

export const isProtecting = ({ parts }) => parts.some(({ protects }) => protects);

/** How often editors mark such a flag, in words; empty where that is not known. */
export function sureness(confidence) {
  if (!isKnown(confidence)) return "";
  const tenths = Math.floor(10 * confidence + 0.5);
  const words = tenths === 0 ? "under 1" : tenths === 10 ? "over 9" : `about ${tenths}`;
  return `Editors mark ${words} in 10 such flags.`;
}

/** How many flags groups have of each severity, places of one as grave as its gravest. */
export function countBySeverity(groups) {
  const counts = Object.fromEntries(SEVERITIES.map((s) => [s, 0]));
  for (const { severity, places } of groups) counts[severity] += places.length;
  return counts;
}
