// Pastes what Word, Google Docs and others put on the clipboard as HTML: with its paragraphs, and as
// Markdown where it has links, headings or lists. What has no more than its plain text, or is source
// text, is left to the browser.

import { plural } from "./dom.js";
import { FORMAT_NAMES, looksLike } from "./format.js";
import { readPasted } from "./pasted.js";
import { fields, state } from "./state.js";
import { announce } from "./status.js";

const MOST = 8e6; // lines times characters: above, browsers need over half a second for each insertion
const BLOCK_MARK = /^(#{1,6} |- |\d+\. )/;
let last = null; // the paste before: the field's `value`, `start`, `end` and `format` before, and `after`

/** `changed(field)` is told of a change that made no input event. */
export function wirePasting(changed) {
  const field = fields.text;
  field.root.addEventListener("paste", (event) => onPaste(event, field, changed));
  field.root.addEventListener("beforeinput", (event) => {
    if (event.inputType === "historyUndo" && takeBack(field, changed)) event.preventDefault();
  });
  field.root.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "z";
    if (isUndo && takeBack(field, changed)) event.preventDefault();
  });
}

function onPaste(event, field, changed) {
  const data = event.clipboardData;
  const html = data?.getData("text/html") ?? "";
  if (!html || state.format === "html" || looksLike(data.getData("text/plain"))) return;
  const read = readPasted(html);
  if (!read.isRich && read.blocks < 2) return;
  event.preventDefault();
  const { selectionStart: start, selectionEnd: end, value } = field.input;
  const asMarkdown = read.isRich || state.format === "md";
  const words = fitting(asMarkdown ? read.markdown : read.plain, value.slice(0, start));
  const isLong = words.split("\n").length * (value.length + words.length) > MOST;
  const before = { value, start, end, format: state.format };
  if (isLong) {
    field.input.setRangeText(words, start, end, "end");
    changed(field);
  } else field.replace(start, end, words);
  if (asMarkdown) Object.assign(state, { format: "md", declined: false });
  last = { ...before, after: field.value, asMarkdown, isLong };
  const links = read.links ? ` with ${plural(read.links, "link")}` : "";
  announce(`Pasted${links}${asMarkdown ? ` as ${FORMAT_NAMES.md}` : ""}. Undo takes it back.`);
}

/** A heading or a list begins a line. */
function fitting(words, head) {
  const isInside = head.trim() && !/\n[ \t]*$/.test(head);
  return isInside && BLOCK_MARK.test(words) ? `\n\n${words}` : words;
}

/**
 * Undo a paste that browsers would take too long to note, if nothing was written since; other
 * pastes are the browser's to undo.
 */
function takeBack(field, changed) {
  if (!last?.isLong || field.value !== last.after) return false;
  const { value, start, end, format } = last;
  last = null;
  field.input.value = value;
  field.input.setSelectionRange(start, end);
  state.format = value ? format : "";
  changed(field);
  return true;
}

/** After an undo or redo: the draft is again read as it was before or after the paste. */
export function followPaste(value) {
  if (!last || last.isLong) return;
  if (value === last.value) state.format = value ? last.format : "";
  else if (value === last.after && last.asMarkdown) state.format = "md";
}

/** The draft is another one: nothing of the one before is kept. */
export function forgetPaste() {
  last = null;
}
