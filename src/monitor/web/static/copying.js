// Copies the draft as it now stands, with its links: as text, and as HTML for Word, Google Docs and
// mail. Nothing but the clipboard gets it.

import { byId } from "./dom.js";
import { escapeHtml, markdownToHtml, plainToHtml } from "./markdown.js";
import { fields, state, texts } from "./state.js";
import { announce } from "./status.js";

const SHOWN_MS = 2500;

/** What goes onto the clipboard; a headline comes first. */
export function clipboardForms({ title, text }, format) {
  const head = title.trim();
  const plain = head ? `${format === "md" ? "# " : ""}${head}\n\n${text}` : text;
  const body = format === "html" ? text : format === "md" ? markdownToHtml(text) : plainToHtml(text);
  return { plain, html: `<meta charset="utf-8">${head ? `<h1>${escapeHtml(head)}</h1>\n` : ""}${body}` };
}

export async function copyDraft() {
  const draft = texts();
  if (!`${draft.title}${draft.text}`.trim()) {
    tell("Nothing to copy", "There is no draft to copy yet.");
    return;
  }
  const forms = clipboardForms(draft, state.format);
  if (copyByEvent(forms) || (await copyByClipboard(forms))) {
    tell("Copied", "The draft is copied, with its links.");
    return;
  }
  fields.text.input.focus();
  fields.text.input.select();
  tell("Not allowed", "The browser does not let this page copy. The draft is selected: press Ctrl and C.");
}

/** Works without a permission and without https, wherever a click or key asked for it. */
function copyByEvent({ plain, html }) {
  let done = false;
  const give = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData.setData("text/plain", plain);
    event.clipboardData.setData("text/html", html);
    done = true;
  };
  document.addEventListener("copy", give, { capture: true, once: true });
  const allowed = document.execCommand("copy");
  document.removeEventListener("copy", give, { capture: true });
  return allowed && done;
}

async function copyByClipboard({ plain, html }) {
  try {
    const blob = (words, type) => new Blob([words], { type });
    const item = { "text/plain": blob(plain, "text/plain"), "text/html": blob(html, "text/html") };
    await navigator.clipboard.write([new ClipboardItem(item)]);
    return true;
  } catch {
    return false;
  }
}

let timer = 0;
function tell(short, words) {
  const button = byId("copy");
  button.textContent = short;
  announce(words);
  clearTimeout(timer);
  timer = setTimeout(() => {
    button.textContent = "Copy the text";
  }, SHOWN_MS);
}
