// Writes a suggestion into the draft, and takes it back: by button, or with a key of its own.

import { check } from "./checking.js";
import { byId } from "./dom.js";
import { fields, state } from "./state.js";
import { announce } from "./status.js";
import { take, takenNow } from "./taken.js";
import { actions, around, visible } from "./view.js";
import { go, goOn, placeInWalk } from "./walk.js";

let last = null; // what was applied last: `{field, value, problem}`, the field's value after it

/** Write `wording` in place of a finding; go on at the next flag, or with `stay` in the draft. */
export function apply(chosen, wording, { stay = false } = {}) {
  const problem = around(chosen);
  const finding = problem?.parts.find(({ id }) => id === chosen.id);
  if (!finding) return;
  const index = placeInWalk(problem);
  const field = fields[finding.field];
  // The input event that this makes moves the findings along.
  field.replace(finding.start, finding.end, wording);
  state.taken = take(state.taken, finding, wording);
  last = { field, value: field.value, problem };
  announce(`Replaced “${finding.match}” with “${wording}”. Undo works as usual.`);
  if (!stay) goOn(index);
  check();
}

/** Whether what was applied last is the last thing that was changed. */
const isLast = () => last !== null && last.field.value === last.value && takenNow(state.taken).length > 0;

/** The keys of a card that has the focus, and undo among the flags. */
export function onFlagKey(event) {
  const { key } = event;
  const isUndo = key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (isUndo && !event.target.matches("input, textarea") && isLast()) {
    event.preventDefault();
    takeBack();
    return;
  }
  const card = event.target.closest(".card");
  if (card !== event.target || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const wordings = card.querySelectorAll("button.suggestion");
  const button = key === "Enter" ? wordings[0] : /^[1-9]$/.test(key) ? wordings[Number(key) - 1] : null;
  if (!button) return;
  event.preventDefault();
  button.click();
}

/** Undo what was applied last, as the browser does, and stand at its flag again. */
async function takeBack() {
  const { field, problem } = last;
  last = null;
  field.input.focus({ preventScroll: true });
  document.execCommand("undo");
  byId("flags").focus({ preventScroll: true });
  announce(`“${problem.words}” is back.`);
  await check();
  const again = visible().find((one) => one.field === problem.field && one.start === problem.start);
  if (again && document.activeElement === byId("flags")) go(again);
}

/** The first wording for the flag at the caret, with Alt and Enter; writing goes on after it. */
export function applyAt(finding) {
  const [wording] = finding?.replaceable ? finding.suggestions : [];
  if (wording === undefined) return false;
  apply(finding, wording, { stay: true });
  actions.hideTip();
  return true;
}

/** The draft is another one. */
export function forgetTaken() {
  last = null;
  state.taken = [];
}
