// The guidelines in force: which are applied to this draft, and their names where there are several.

import { byId } from "./dom.js";

const boxes = () => [...byId("desk").querySelectorAll("#guidelines input")];

export const isSeveral = () => boxes().length > 1;

/** The ids of those that are applied; none where all are. */
export function chosen() {
  const ticked = boxes().filter(({ checked }) => checked);
  return ticked.length === boxes().length ? [] : ticked.map(({ value }) => value);
}

/** The stamps of those that are applied, as the page knew them when it was loaded. */
export const stamps = () =>
  isSeveral()
    ? boxes().filter(({ checked }) => checked).map(({ dataset }) => dataset.stamp)
    : [byId("desk").dataset.guideline];

/** The name of a finding's guideline, "" where there is but one. */
export function guidelineOf({ guideline }) {
  if (!isSeveral() || !guideline) return "";
  return boxes().find(({ value }) => value === guideline)?.dataset.title ?? guideline;
}

/** The stamp of a finding's guideline. */
export const stampOf = ({ guideline }) =>
  boxes().find(({ value }) => value === guideline)?.dataset.stamp ?? byId("desk").dataset.guideline;

/** `changed()` is told of another choice; the last one ticked stays so. */
export function wireGuidelines(changed) {
  for (const box of boxes()) {
    box.addEventListener("change", () => {
      if (boxes().every(({ checked }) => !checked)) box.checked = true;
      changed();
    });
  }
}
