// What the reporter set aside in this draft: single flags, and whole rules. Pure functions over
// lists of entries, `{id, reason, rule}` or `{id, reason, words, places}`. A place follows its words through edits
// and checks; words that were changed and changed back are known again by what stands around them.

import { editOf } from "./findings.js";

const AROUND = 24;

export const ignoreRule = (entries, rule, why = {}) => [...entries, { id: nextId(entries), reason: "", ...why, rule }];

/** Set the flags of one problem aside, here only; `why` may have the `reason`, and that it is `needed`. */
export function dismiss(entries, { words, parts }, texts, why = {}) {
  const places = parts.map((part) => placeOf(part, texts));
  return [...entries, { id: nextId(entries), reason: "", ...why, words, places }];
}

/** Note why the entry was set aside; where a reason is needed an empty one leaves the one before. */
export const giveReason = (entries, id, reason) =>
  entries.map((entry) => (entry.id === id && (reason || !entry.needed) ? { ...entry, reason } : entry));

export const restore = (entries, id) => entries.filter((entry) => entry.id !== id);

/** The entry that hides `finding`, or undefined. */
export function hiding(entries, finding) {
  return entries.find(
    (entry) =>
      entry.rule === finding.rule ||
      entry.places?.some(
        (p) => p.rule === finding.rule && p.field === finding.field && p.start === finding.start && p.end === finding.end,
      ),
  );
}

/** Move the places in `field` along with an edit; those that it touched have no place for now. */
export function follow(entries, field, before, after) {
  if (before === after) return entries;
  const { head, end, moved } = editOf(before, after);
  const step = (place) => {
    if (place.field !== field || place.start === null || place.end <= head) return place;
    if (place.start >= end) return { ...place, start: place.start + moved, end: place.end + moved };
    return { ...place, start: null, end: null };
  };
  return mapPlaces(entries, step);
}

/** After a check: give words that are back their place, and note what stands around the others. */
export function settle(entries, findings, texts) {
  return mapPlaces(entries, (place) => {
    if (place.start !== null) return { ...place, around: around(texts[place.field], place) };
    const back = findings.find(
      (f) =>
        f.rule === place.rule &&
        f.field === place.field &&
        f.match === place.match &&
        around(texts[f.field], f) === place.around,
    );
    return back ? { ...place, start: back.start, end: back.end } : place;
  });
}

/** What was kept on a disk, with everything left out that is not of the form. */
export function readEntries(value) {
  if (!Array.isArray(value)) return [];
  const fits = (place) =>
    ["rule", "field", "match", "around"].every((name) => typeof place?.[name] === "string") &&
    [place.start, place.end].every((at) => at === null || Number.isInteger(at));
  return value
    .filter(
      (entry) =>
        Number.isInteger(entry?.id) &&
        (typeof entry.rule === "string" ||
          (typeof entry.words === "string" && Array.isArray(entry.places) && entry.places.every(fits))),
    )
    .map((entry) => ({ ...entry, reason: typeof entry.reason === "string" ? entry.reason : "" }));
}

function placeOf({ rule, field, start, end, match }, texts) {
  return { rule, field, start, end, match, around: around(texts[field], { start, end }) };
}

const around = (text, { start, end }) =>
  `${text.slice(Math.max(0, start - AROUND), start)}\n${text.slice(end, end + AROUND)}`;

const mapPlaces = (entries, step) =>
  entries.map((entry) => (entry.places ? { ...entry, places: entry.places.map(step) } : entry));

const nextId = (entries) => Math.max(0, ...entries.map((entry) => entry.id)) + 1;
