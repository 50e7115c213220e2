// Paints findings into the mirrors with the CSS Custom Highlight API: no element is added to the
// text, so ten thousand words stay one text node. Also answers which finding is at a point.

import { SEVERITIES } from "./findings.js";

const CURRENT = "flag-current";

export class Marks {
  constructor(fields) {
    this.fields = fields;
    this.ranges = new Map();
    this.rects = null;
  }

  /** Show these findings; the problem `current` stands out. */
  paint(findings, current) {
    this.ranges = new Map(findings.map((f) => [f, this.fields[f.field].range(f.start, f.end)]));
    this.forget();
    if (!CSS.highlights) return; // the cards still say everything
    const worst = worstOf(findings);
    for (const severity of SEVERITIES) {
      const ranges = worst.filter((f) => f.severity === severity).map((f) => this.ranges.get(f));
      CSS.highlights.set(`flag-${severity}`, new Highlight(...ranges));
    }
    this.paintCurrent(current);
  }

  paintCurrent(current) {
    if (!CSS.highlights) return;
    const highlight = new Highlight(...(current ? [this.rangeOf(current)] : []));
    highlight.priority = 1;
    CSS.highlights.set(CURRENT, highlight);
  }

  /** Show one stretch that is no finding, such as a scorecard's evidence. */
  paintPlace(field, start, end) {
    const range = this.fields[field].range(start, end);
    if (CSS.highlights) CSS.highlights.set(CURRENT, new Highlight(range));
    return range;
  }

  /** Show in grey what was not checked: stretches `{field, start, end}`. */
  paintQuiet(places) {
    if (!CSS.highlights) return;
    const ranges = places.map((place) => this.rangeOf(place));
    CSS.highlights.set("unchecked", new Highlight(...ranges));
  }

  /** The range of a finding or of a whole problem. */
  rangeOf({ field, start, end }) {
    return this.fields[field].range(start, end);
  }

  /** Forget where the marks are on the page; they are measured again when next needed. */
  forget() {
    this.rects = null;
  }

  /** The finding at a point of the window; of nested ones the shortest. */
  at(x, y) {
    this.rects ??= this.measure();
    const [px, py] = [x + window.scrollX, y + window.scrollY];
    const hits = this.rects.filter(
      (r) => px >= r.left && px <= r.right && py >= r.top && py <= r.bottom,
    );
    hits.sort((a, b) => length(a.finding) - length(b.finding));
    return hits[0] ?? null;
  }

  measure() {
    const found = [];
    for (const [finding, range] of this.ranges) {
      for (const rect of range.getClientRects()) {
        found.push({
          finding,
          left: rect.left + window.scrollX,
          right: rect.right + window.scrollX,
          top: rect.top + window.scrollY,
          bottom: rect.bottom + window.scrollY,
        });
      }
    }
    return found;
  }
}

/** Of findings on the same words one, the most severe: the mark of a milder one would cover it. */
function worstOf(findings) {
  const kept = new Map();
  for (const severity of SEVERITIES) {
    for (const finding of findings.filter((f) => f.severity === severity)) {
      const { field, start, end } = finding;
      const place = `${field} ${start} ${end}`;
      if (!kept.has(place)) kept.set(place, finding);
    }
  }
  return [...kept.values()];
}

const length = (finding) => finding.end - finding.start;
