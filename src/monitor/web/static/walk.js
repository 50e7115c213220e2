// Goes from flag to flag, and back to the draft.

import { nextFrom } from "./findings.js";
import { desk, fields, marks, state } from "./state.js";
import { announce } from "./status.js";
import { actions, inText, live, mark, renderPosition, visible } from "./view.js";

const EDGE = 80; // pixels at the window's top and bottom in which a mark is not well seen

/** Make a problem the current one: mark it, bring it into view, and move focus to its card. */
export function go(chosen) {
  const problem = live(chosen);
  if (!problem) return;
  const card = select(problem);
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  const seen = inText();
  const at = `Flag ${seen.indexOf(problem) + 1} of ${seen.length}`;
  announce(`${at}, ${problem.severity}: ${problem.words}. ${problem.parts[0].message}`);
}

/** Show a problem's words in the draft, ready to be written over. */
export function showInDraft(chosen) {
  const problem = live(chosen);
  if (!problem) return;
  select(problem);
  backToDraft();
}

function select(problem) {
  state.current = problem;
  before = carets();
  marks.paintCurrent(problem);
  const card = mark(problem);
  reveal(marks.rangeOf(problem));
  renderPosition();
  actions.hideTip();
  return card;
}

const carets = () => [fields.title, fields.text].map(({ input }) => `${input.selectionStart} ${input.selectionEnd}`);
let before = ["", ""]; // the carets when a flag was last gone to
let walks = false; // whether flags are gone through as they stand in the text

/** Where the reporter is: at the flag last gone to, or at the caret where she moved that since. */
function here() {
  const moved = carets().map((caret, n) => caret !== before[n]);
  if (state.current && !moved.includes(true)) return state.current;
  const isTitle = document.activeElement === fields.title.input || (moved[0] && !moved[1]);
  const field = isTitle ? fields.title : fields.text;
  return { field: field.name, start: field.input.selectionStart };
}

/** Go to the next flag in the text, or with -1 to the one before. */
export function step(by) {
  const seen = inText();
  if (!seen.length) return;
  walks = true;
  go(nextFrom(seen, here(), by));
}

const order = () => (walks ? inText() : visible());

/** Where a flag stands among those to go through: in the text for who walks, else among the cards. */
export function placeInWalk(problem) {
  walks = walks && problem.id === state.current?.id;
  return order().indexOf(problem);
}

/** Go to the flag that now stands where one was taken out, else to the last, else to the list. */
export function goOn(index) {
  const follower = order()[index] ?? order().at(-1);
  if (follower) go(follower);
  else desk.querySelector("#flags").focus({ preventScroll: true });
}

export function backToDraft() {
  const { current } = state;
  const field = fields[current?.field ?? "text"];
  field.input.focus({ preventScroll: true });
  if (current) field.input.setSelectionRange(current.start, current.end);
  before = carets();
}

/** Move to a place in the draft, ready to be written over; without one to the draft. */
export function backTo(place) {
  const input = fields[place?.field ?? "text"].input;
  input.focus({ preventScroll: true });
  if (!place) return;
  input.setSelectionRange(place.start, place.end);
  reveal(marks.paintPlace(place.field, place.start, place.end));
}

export function showEvidence({ field, start, end }) {
  reveal(marks.paintPlace(field, start, end));
}

/** Bring a stretch of the draft into view, where it is not well seen. */
export function reveal(range) {
  const rect = range.getBoundingClientRect();
  if (rect.top < EDGE || rect.bottom > window.innerHeight - EDGE) {
    const target = rect.top + window.scrollY - window.innerHeight / 3;
    window.scrollTo({ top: target, behavior: "instant" });
  }
}

Object.assign(actions, { go, show: showInDraft, showEvidence });
