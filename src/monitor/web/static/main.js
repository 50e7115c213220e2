// The draft page: wires the fields and buttons to what checks, draws, walks and keeps.

import { ruleTitles } from "./api.js";
import { apply, applyAt, forgetTaken, onFlagKey } from "./applying.js";
import "./aside.js";
import { foldAll } from "./cards.js";
import { check, checkSoon, checkThe, offerFormat, stop } from "./checking.js";
import { copyDraft } from "./copying.js";
import { byId } from "./dom.js";
import { forgetFeedback } from "./feedback.js";
import { shift } from "./findings.js";
import { wireGuidelines } from "./guidelines.js";
import { offerUndo } from "./hidden.js";
import { follow, readEntries } from "./ignores.js";
import { followPaste, forgetPaste, wirePasting } from "./pasting.js";
import { followPeople, forgetPeople, goToPerson, onPanelKey, wirePeople } from "./people.js";
import { printReport, saveReport, wirePrinting } from "./reporting.js";
import { offerReviewed } from "./reviewed.js";
import { country, desk, fields, keeper, marks, onTopic, state, texts } from "./state.js";
import { announce, opened } from "./status.js";
import { followTaken } from "./taken.js";
import { Tip } from "./tip.js";
import { actions, around, paint, render, reset, sort, visible } from "./view.js";
import { backToDraft, go, step } from "./walk.js";

const paper = byId("paper");
const tip = new Tip(byId("tip"), paper, { apply, open });
Object.assign(actions, { apply, hideTip: () => tip.hide() });

function open(finding) {
  const problem = around(finding);
  if (problem) go(problem);
}

// Editing --------------------------------------------------------------------------------------

function onInput(field) {
  stop();
  if (field.name === "title" && /[\r\n]/.test(field.value)) {
    field.input.value = field.value.replace(/\s*[\r\n]+\s*/g, " ");
  }
  field.sync();
  const was = state.problems;
  const before = state.before[field.name];
  const { id } = state.current ?? {};
  state.findings = shift(state.findings, field.name, before, field.value);
  state.unchecked = shift(state.unchecked, field.name, before, field.value);
  state.aside = follow(state.aside, field.name, before, field.value);
  state.taken = followTaken(state.taken, field.name, before, field.value);
  followPeople(field.name, before, field.value);
  if (field.name === "text") followPaste(field.value);
  state.before[field.name] = field.value;
  sort();
  state.current = state.problems.find((problem) => problem.id === id) ?? null;
  // their places are those of the text before
  byId("scorecard").inert = byId("silenced").inert = true;
  offerUndo("");
  if (!fields.text.value) {
    opened("");
    state.format = "";
    state.declined = false;
    onTopic.checked = false;
  }
  if (isAlike(was, state.problems)) {
    paint();
    actions.renderPeople();
  } else render();
  keeper.changed();
  checkSoon();
}

const isAlike = (some, others) =>
  some.length === others.length &&
  some.every(({ id, parts }, n) => id === others[n].id && parts.length === others[n].parts.length);

/** Put another draft in place of this one, such that undo brings this one back. */
function fill(title, text) {
  fields.title.replace(0, fields.title.value.length, title);
  fields.text.replace(0, fields.text.value.length, text);
  forgetTaken();
  forgetPeople();
  state.aside = [];
  state.format = "";
  state.declined = false;
  onTopic.checked = false;
  opened("");
}

/** Show a file's text. What stood here can be had back: for long texts by a button, not by undo,
 * which browsers take minutes to note. */
function openFile(file) {
  const before = keeper.read();
  checkThe(file, (text) => {
    take({ title: "", text, format: "", aside: [], onTopic: false });
    const words = `Showing the text of ${file.name}. Changes made here do not change the file.`;
    opened(words, before && { name: "Bring back the draft before", act: () => bringBack(before) });
    offerReviewed(file);
    keeper.changed();
  });
}

/** Say what is not known of the country chosen: that its law is not held, or a part of it. */
function noteCountry() {
  return (byId("country-note").textContent = country.selectedOptions[0]?.dataset.note ?? "");
}

function bringBack(before) {
  take(before);
  opened("");
  keeper.changed();
  fields.text.input.focus();
  check();
}

/** Put a draft into the fields with what is known of it. */
function take({ title, text, format, aside, onTopic: said }) {
  stop();
  forgetTaken();
  forgetPeople();
  forgetPaste();
  onTopic.checked = said;
  fields.title.set(title);
  fields.text.set(text);
  Object.assign(state, { before: texts(), format, aside, declined: false, findings: [], problems: [], unchecked: [], silenced: [] });
  offerUndo("");
  offerFormat();
}

/** Empty fields, memory and storage: nothing of the draft is left in this tab. */
function clear() {
  stop();
  for (const field of Object.values(fields)) field.forget();
  state.before = texts();
  forgetTaken();
  forgetPeople();
  forgetPaste();
  forgetFeedback();
  state.aside = [];
  state.format = "";
  state.declined = false;
  onTopic.checked = false;
  keeper.forget();
  foldAll();
  offerUndo("");
  offerFormat();
  opened("");
  reset("Nothing checked yet.");
  fields.text.input.focus();
  announce("Cleared.");
}

/** Show the draft that the tab kept over a reload. */
function restore() {
  const kept = keeper.restore();
  if (!kept) return;
  const format = ["md", "html"].includes(kept.format) ? kept.format : "";
  take({ ...kept, format, aside: readEntries(kept.aside) });
  if ([...country.options].some(({ value }) => value === kept.country)) country.value = kept.country;
  noteCountry();
  opened("This draft was kept in this tab.");
  check();
}

// Pointing -------------------------------------------------------------------------------------

function findingAtCaret(field) {
  const { selectionStart: at, selectionEnd } = field.input;
  if (at !== selectionEnd) return null;
  const parts = visible().flatMap((problem) => problem.parts);
  return parts.find((f) => f.field === field.name && f.start <= at && at <= f.end) ?? null;
}

/** Show the tip where the caret was put, not while one writes. */
function onCaret(field) {
  if (document.activeElement !== field.input) return;
  const finding = findingAtCaret(field);
  if (finding) tip.show(finding, marks.rangeOf(finding).getClientRects()[0]);
  else tip.hide();
}

let frame = 0;
function onPointer(event) {
  if (event.pointerType === "touch" || tip.node.contains(event.target)) return;
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => {
    const hit = marks.at(event.clientX, event.clientY);
    const { left, right, top, bottom } = hit ?? {};
    const [x, y] = [window.scrollX, window.scrollY];
    if (hit) {
      tip.show(hit.finding, { left: left - x, right: right - x, top: top - y, bottom: bottom - y });
    } else tip.hideSoon();
  });
}

function onKey(event) {
  if (desk.hidden || document.querySelector("dialog[open]")) return;
  if (event.key === "F8" && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
    return;
  }
  if (event.code === "KeyP" && event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    goToPerson();
    return;
  }
  if (byId("people").contains(event.target) && onPanelKey(event)) {
    event.preventDefault();
    return;
  }
  if (byId("flags").contains(event.target)) onFlagKey(event);
  if (event.key === "Enter" && event.altKey && !event.ctrlKey && !event.metaKey) {
    const field = Object.values(fields).find(({ input }) => input === document.activeElement);
    if (field && applyAt(findingAtCaret(field))) event.preventDefault();
  } else if (event.key === "Escape") {
    if (!tip.node.hidden) tip.hide();
    else if (byId("flags").contains(document.activeElement)) backToDraft();
  }
}

// Wiring ---------------------------------------------------------------------------------------

for (const field of Object.values(fields)) {
  // On the field and not on its textarea, which `forget` replaces.
  field.root.addEventListener("input", (event) => {
    if (!event.isComposing) onInput(field);
    else field.sync();
  });
  field.root.addEventListener("compositionend", () => onInput(field));
  field.root.addEventListener("keyup", ({ key }) => {
    if (/^(Arrow|Home|End|Page)/.test(key)) onCaret(field);
  });
  field.root.addEventListener("click", () => onCaret(field));
}
fields.title.root.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.altKey && !event.isComposing) {
    event.preventDefault();
    fields.text.input.focus();
  }
});
document.addEventListener("keydown", onKey);
paper.addEventListener("pointermove", onPointer);
paper.addEventListener("pointerleave", () => tip.hideSoon());
new ResizeObserver(() => marks.forget()).observe(paper);
window.addEventListener("resize", () => tip.hide()); // it would stand beside its word
byId("check").addEventListener("click", check);
for (const control of [country, onTopic]) {
  control.addEventListener("change", () => {
    keeper.changed();
    if (control === country) announce(noteCountry());
    check();
  });
}
noteCountry();
wireGuidelines(check);
wirePasting(onInput);
wirePrinting();
wirePeople();
byId("feedback").addEventListener("change", render);
byId("copy").addEventListener("click", copyDraft);
byId("print").addEventListener("click", printReport);
byId("save").addEventListener("click", saveReport);
byId("next").addEventListener("click", () => step(1));
byId("previous").addEventListener("click", () => step(-1));
byId("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  event.target.value = ""; // so that the same file can be opened again
  if (file) openFile(file);
});
byId("example").addEventListener("click", () => {
  fill(byId("example-title").content.textContent, byId("example-text").content.textContent);
  check();
});
byId("clear").addEventListener("click", () => {
  const { title, text } = texts();
  if (`${title}${text}`.trim()) byId("clear-dialog").showModal();
  else clear();
});
byId("clear-dialog").addEventListener("close", ({ target }) => {
  if (target.returnValue === "clear") clear();
  target.returnValue = "";
});
for (const kind of ["dragover", "drop"]) {
  // Anywhere on the page: a file dropped beside the draft would be opened in its place.
  document.addEventListener(kind, (event) => {
    if (desk.hidden || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    if (kind === "drop" && event.dataTransfer.files.length) openFile(event.dataTransfer.files[0]);
  });
}

restore();
ruleTitles().then((titles) => {
  state.titles = titles;
  if (state.answer) render();
});
