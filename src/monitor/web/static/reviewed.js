// Gives a Word file back with a comment at each flag.

import { asSent, isWaiting } from "./answers.js";
import { byId, el, save } from "./dom.js";
import { chosen } from "./guidelines.js";
import { country, onTopic, state, texts } from "./state.js";
import { announce, notice } from "./status.js";

const BUSY = "The desk is busy; try again in a moment.";
const SILENT = "The program does not answer. Is it still running?";

/** Offer the file that was opened with comments, beside the words that say which one is shown. */
export function offerReviewed(file) {
  if (!/\.docx$/i.test(file.name)) return;
  const shown = texts().text;
  const button = el("button", {
    type: "button",
    textContent: "Download it with comments",
    onclick: () => fetchReviewed(file, shown, button),
  });
  byId("opened").append(" ", button);
}

/** What was said of people, as a check of the file takes it; null where the draft is no more the file's. */
function answersFor(shown) {
  const draft = texts();
  if (draft.title || draft.text !== shown) return null;
  return state.answers.filter((answer) => !isWaiting(answer)).map((answer) => asSent(answer, draft));
}

async function fetchReviewed(file, shown, button) {
  const answers = answersFor(shown);
  const body = new FormData();
  body.append("file", file);
  body.append("country", country.value);
  for (const guideline of chosen()) body.append("guideline", guideline);
  if (onTopic.checked) body.append("on_topic", "true");
  if (answers?.length) body.append("people", JSON.stringify(answers));
  button.disabled = true;
  try {
    const response = await fetch("/v1/check/file/reviewed", { method: "POST", body, cache: "no-store" });
    if (!response.ok) throw new Error(await reason(response));
    save(await response.blob(), file.name.replace(/\.docx$/i, "-reviewed.docx"));
    notice("");
    const without = state.answers.length && !answers ? " It is without your answers on people: the draft here was changed." : "";
    announce(`The file with comments was downloaded.${without}`);
  } catch (error) {
    notice(error instanceof TypeError ? SILENT : error.message);
  } finally {
    button.disabled = false;
  }
}

async function reason(response) {
  const { detail } = await response.json().catch(() => ({}));
  return response.status === 503 ? BUSY : (detail ?? `The program answered ${response.status}.`);
}
