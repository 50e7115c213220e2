// Gives a Word file back with a comment at each flag.

import { byId, el, save } from "./dom.js";
import { chosen } from "./guidelines.js";
import { country, onTopic } from "./state.js";
import { announce, notice } from "./status.js";

const BUSY = "The desk is busy; try again in a moment.";
const SILENT = "The program does not answer. Is it still running?";

/** Offer the file that was opened with comments, beside the words that say which one is shown. */
export function offerReviewed(file) {
  if (!/\.docx$/i.test(file.name)) return;
  const button = el("button", {
    type: "button",
    textContent: "Download it with comments",
    onclick: () => fetchReviewed(file, button),
  });
  byId("opened").append(" ", button);
}

async function fetchReviewed(file, button) {
  const body = new FormData();
  body.append("file", file);
  body.append("country", country.value);
  for (const guideline of chosen()) body.append("guideline", guideline);
  if (onTopic.checked) body.append("on_topic", "true");
  button.disabled = true;
  try {
    const response = await fetch("/v1/check/file/reviewed", { method: "POST", body, cache: "no-store" });
    if (!response.ok) throw new Error(await reason(response));
    save(await response.blob(), file.name.replace(/\.docx$/i, "-reviewed.docx"));
    notice("");
    announce("The file with comments was downloaded.");
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
