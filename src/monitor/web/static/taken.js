// Which suggestions were taken in this draft, for the report. Pure functions over entries
// `{rule, words, wording, field, start, end, undone}`: a place follows its words through edits, an
// undo or redo is known by what then stands there, and any other change ends the entry.

import { editOf } from "./findings.js";

/** Note that `wording` now stands where `finding` was. */
export const take = (entries, { rule, match, field, start }, wording) => [
  ...entries,
  { rule, words: match, wording, field, start, end: start + wording.length, undone: false },
];

/** Move the entries in `field` along with an edit. */
export function followTaken(entries, field, before, after) {
  if (before === after) return entries;
  const { head, end, moved } = editOf(before, after);
  return entries.flatMap((entry) => {
    if (entry.field !== field || entry.end < head) return [entry];
    const { start, words, wording, undone } = entry;
    if (start > end) return [{ ...entry, start: start + moved, end: entry.end + moved }];
    const stands = (what, at) => after.startsWith(what, at);
    const [own, other] = undone ? [words, wording] : [wording, words];
    if (stands(other, start) && other) return [{ ...entry, end: start + other.length, undone: !undone }];
    const at = [start, start + moved].find((place) => place >= 0 && own && stands(own, place));
    return at === undefined ? [] : [{ ...entry, start: at, end: at + own.length }];
  });
}

export const takenNow = (entries) => entries.filter(({ undone }) => !undone);
