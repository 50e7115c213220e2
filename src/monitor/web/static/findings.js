// Pure functions over findings. A finding's `start` and `end` here are UTF-16 units, which is what
// a browser's strings and ranges count in.

export const SEVERITIES = ["error", "warning", "suggestion"];

/**
 * Turn an answer's places into the browser's: UTF-16 units, in the text as a textarea holds it,
 * which knows no CRLF. `texts` are the fields as they were checked. Each finding gets an `id`.
 */
export function adapt(document, texts) {
  const fit = { title: withoutCrlf(texts.title), text: withoutCrlf(texts.text) };
  const findings = document.findings
    .map((f) => ({ ...f, start: fit[f.field](f.utf16_start), end: fit[f.field](f.utf16_end) }))
    .sort(inReadingOrder)
    .map((f, id) => ({ ...f, id }));
  const scorecard = document.scorecard.map((entry) => ({
    ...entry,
    evidence: entry.evidence.map(({ field, start, end }) => ({
      field,
      start: fit[field](utf16Offset(texts[field], start)),
      end: fit[field](utf16Offset(texts[field], end)),
    })),
  }));
  return { ...document, findings, scorecard };
}

/** Return the function that moves an offset in `text` to where it is with LF for each CRLF. */
function withoutCrlf(text) {
  const breaks = [...text.matchAll(/\r\n/g)].map((found) => found.index);
  if (!breaks.length) return (offset) => offset;
  return (offset) => offset - breaks.filter((index) => index < offset).length;
}

function inReadingOrder(a, b) {
  if (a.field !== b.field) return a.field === "title" ? -1 : 1;
  return a.start - b.start || a.end - b.end;
}

/**
 * Move the findings of `field` along with an edit, and drop those that the edit touched, so that
 * marks stay on their words until the next answer.
 */
export function shift(findings, field, before, after) {
  if (before === after) return findings;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const end = before.length - tail;
  const moved = after.length - before.length;
  return findings.flatMap((f) => {
    if (f.field !== field || f.end <= head) return [f];
    if (f.start >= end) return [{ ...f, start: f.start + moved, end: f.end + moved }];
    return [];
  });
}

/** Group repeats: one group per rule and wording, in the order of their first place. */
export function group(findings) {
  const groups = new Map();
  for (const finding of findings) {
    const words = finding.match.toLowerCase().replace(/\s+/g, " ");
    const key = `${finding.rule}\n${words}\n${finding.severity}`;
    if (!groups.has(key)) groups.set(key, { key, places: [] });
    groups.get(key).places.push(finding);
  }
  return [...groups.values()];
}

export function countBySeverity(findings) {
  const counts = Object.fromEntries(SEVERITIES.map((s) => [s, 0]));
  for (const finding of findings) counts[finding.severity] += 1;
  return counts;
}

/** UTF-16 offset of a code-point offset. */
function utf16Offset(text, codePoints) {
  let index = 0;
  for (let n = 0; n < codePoints && index < text.length; n += 1) {
    index += text.codePointAt(index) > 0xffff ? 2 : 1;
  }
  return index;
}
