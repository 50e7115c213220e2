// Has the draft checked: after a pause, when asked, or from a file; one check at a time.

import { CheckFailed, checkFile, checkText, patiently } from "./api.js";
import { byId, plural } from "./dom.js";
import { adapt } from "./findings.js";
import { FORMAT_NAMES, looksLike } from "./format.js";
import { chosen } from "./guidelines.js";
import { asSent, isWaiting, refuse as refuseAnswers } from "./answers.js";
import { country, desk, fields, keeper, onTopic, state, texts } from "./state.js";
import { notice, say, sayChecking } from "./status.js";
import { reset, show } from "./view.js";

const PAUSE_MS = 900;
const MAX_CHARS = Number(desk.dataset.maxChars);

let running = null;
let timer = 0;
let offered = ""; // the format asked about or used, as the page says it

export function checkSoon() {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE_MS);
}

/** Take back what was asked: the answer would be about a draft that is no more. */
export function stop() {
  clearTimeout(timer);
  running?.abort();
}

export async function check() {
  stop();
  const { format } = state;
  const draft = { ...texts(), country: country.value, format, onTopic: onTopic.checked, guidelines: chosen() };
  offerFormat();
  if (!draft.text.trim()) {
    reset(draft.title.trim() ? "There is a headline but no draft yet." : "Nothing checked yet.");
    return;
  }
  if (isTooLarge(draft)) return;
  await run(
    (signal) => checkWithAnswers(draft, signal),
    (document) => show(adapt(document, draft, { inSource: format !== "" })),
  );
}

/** Check a draft with what the reporter says of its people; what finds nobody is set aside. */
async function checkWithAnswers(draft, signal) {
  const inSource = draft.format !== "";
  const sent = state.answers.filter((answer) => !isWaiting(answer));
  const ask = (answers) => {
    const people = answers.length ? answers.map((answer) => asSent(answer, draft, { inSource })) : true;
    return checkText({ ...draft, people }, signal);
  };
  try {
    return await ask(sent);
  } catch (error) {
    const places = (error.errors ?? []).map(({ location }) => location);
    const nobody = places.flatMap(([, name, number]) => (name === "people" && sent[number] ? [sent[number]] : []));
    if (!nobody.length) throw error;
    state.answers = refuseAnswers(state.answers, nobody);
    return ask(sent.filter((answer) => !nobody.includes(answer)));
  }
}

function isTooLarge({ text, title }) {
  if (text.length + title.length <= MAX_CHARS) return false;
  const size = [...text].length + [...title].length;
  if (size <= MAX_CHARS) return false;
  const words = `The draft has ${size.toLocaleString("en")} characters; `;
  refuse(`${words}the limit is ${MAX_CHARS.toLocaleString("en")}. Check it in parts.`);
  return true;
}

/** Check a file; `use` puts its text into the fields before the answer is shown. */
export async function checkThe(file, use) {
  stop();
  const options = { country: country.value, guidelines: chosen() };
  await run((signal) => checkFile(file, options, signal), (document) => {
    use(document.text);
    show(adapt(document, { title: "", text: document.text }));
  });
}

/** Run one check; a newer one aborts it, and its answer is then never shown. */
async function run(ask, use) {
  const controller = new AbortController();
  const isNewest = () => running === controller;
  running = controller;
  desk.setAttribute("aria-busy", "true");
  sayChecking();
  const waiting = (seconds) => {
    if (isNewest()) say(`The desk is busy; trying again in ${plural(seconds, "second")}.`);
  };
  try {
    const document = await patiently(ask, controller.signal, waiting);
    if (isNewest()) {
      notice("");
      use(document);
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof CheckFailed)) throw error;
    if (isNewest()) refuse(error.message);
  } finally {
    if (isNewest()) {
      running = null;
      desk.removeAttribute("aria-busy");
    }
  }
}

/** Say why there is no new answer; the flags of the last one stay. */
function refuse(words) {
  notice(words);
  const stale = "Not checked. The flags are those of the last check.";
  say(state.findings.length ? stale : "Not checked.", { aloud: false }); // the notice is read out
}

// Markdown and HTML ----------------------------------------------------------------------------

/** Whether a text is Markdown or HTML is the reporter's to say; the page only asks. */
export function offerFormat() {
  const like = state.format || (state.declined ? "" : looksLike(fields.text.value));
  const name = FORMAT_NAMES[like] ?? "";
  if (offered === `${like} ${state.format}`) return; // said once
  offered = `${like} ${state.format}`;
  byId("format").hidden = !like;
  const asked = `This looks like ${name}.`;
  const done = `Checked as ${name}: the marks stand in the source.`;
  byId("format-words").textContent = !like ? "" : state.format ? done : asked;
  byId("format-yes").hidden = Boolean(state.format);
  byId("format-yes").textContent = `Check it as ${name}`;
  byId("format-yes").onclick = () => readAs(like);
  byId("format-no").textContent = state.format ? "Check it as plain text" : "It is plain text";
  byId("format-no").onclick = () => readAs("");
}

function readAs(format) {
  state.format = format;
  state.declined = !format;
  keeper.changed();
  fields.text.input.focus({ preventScroll: true });
  check();
}
