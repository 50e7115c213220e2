// The draft page: wires the fields, the checks and what is shown of them. All state is in `state`
// and lives only as long as the page: nothing goes into the browser's storage.

import { CheckFailed, checkFile, checkText, ruleTitles } from "./api.js";
import { showCards } from "./cards.js";
import { byId, plural } from "./dom.js";
import { Field } from "./field.js";
import { showFilters } from "./filters.js";
import { adapt, countBySeverity, group, shift } from "./findings.js";
import { Marks } from "./marks.js";
import { showScorecard } from "./scorecard.js";
import { announce, clean, notice, opened, say } from "./status.js";
import { Tip } from "./tip.js";

const PAUSE_MS = 900;
const MAX_CHARS = Number(byId("main").dataset.maxChars);
const LANGUAGE = byId("main").dataset.language;
const country = byId("country"); // its choice lives in the page, like the draft

const fields = {
  title: new Field("title", byId("title-field")),
  text: new Field("text", byId("text-field")),
};
const marks = new Marks(fields);
const tip = new Tip(byId("tip"), byId("paper"), { apply, open: (finding) => go(finding) });
const state = {
  findings: [],
  hidden: new Set(), // severities filtered out
  current: null, // the finding last walked to
  cards: new Map(), // by finding id
  before: { title: "", text: "" }, // the fields as they were at the last input
  titles: new Map(),
  running: null,
  timer: 0,
};

// Checking -------------------------------------------------------------------------------------

function checkSoon() {
  clearTimeout(state.timer);
  state.timer = setTimeout(check, PAUSE_MS);
}

async function check() {
  clearTimeout(state.timer);
  state.running?.abort();
  const draft = { text: fields.text.value, title: fields.title.value, country: country.value };
  if (!draft.text.trim()) {
    reset(draft.title.trim() ? "There is a headline but no draft yet." : "Nothing checked yet.");
    return;
  }
  if (isTooLarge(draft)) return;
  await run((signal) => checkText(draft, signal), (document) => show(adapt(document, draft)));
}

function isTooLarge({ text, title }) {
  if (text.length + title.length <= MAX_CHARS) return false;
  const size = [...text].length + [...title].length;
  if (size <= MAX_CHARS) return false;
  const words = `The draft has ${size.toLocaleString("en")} characters; `;
  refuse(`${words}the limit is ${MAX_CHARS.toLocaleString("en")}. Check it in parts.`);
  return true;
}

/** Run one check; a newer one aborts it, and its answer is then never shown. */
async function run(ask, use) {
  const controller = new AbortController();
  state.running = controller;
  byId("main").setAttribute("aria-busy", "true");
  say("Checking…");
  try {
    const document = await ask(controller.signal);
    if (state.running === controller) {
      notice("");
      use(document);
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof CheckFailed)) throw error;
    if (state.running === controller) refuse(error.message);
  } finally {
    if (state.running === controller) {
      state.running = null;
      byId("main").removeAttribute("aria-busy");
    }
  }
}

/** Say why there is no new answer; the flags of the last one stay. */
function refuse(words) {
  notice(words);
  say(state.findings.length ? "Not checked. The flags are those of the last check." : "Not checked.");
}

async function openFile(file) {
  clearTimeout(state.timer);
  state.running?.abort();
  await run((signal) => checkFile(file, country.value, signal), (document) => {
    const texts = { title: "", text: document.text };
    for (const [name, text] of Object.entries(texts)) fields[name].set(text);
    state.before = { title: "", text: fields.text.value };
    state.current = null;
    opened(`Showing the text of ${file.name}. Changes made here do not change the file.`);
    show(adapt(document, texts));
  });
}

// Showing --------------------------------------------------------------------------------------

function show(document) {
  const { current } = state;
  state.findings = document.findings;
  // Whoever walks through the flags stays at hers when a new answer comes.
  state.current = current && state.findings.find((f) => isSame(f, current));
  byId("words").textContent = plural(document.words, "word");
  showScorecard(byId("scorecard-list"), document.scorecard, state.titles, showEvidence);
  byId("scorecard").hidden = document.scorecard.length === 0;
  byId("scorecard").inert = false;
  const total = state.findings.length;
  say(total ? `${plural(total, "flag")} in ${plural(document.words, "word")}.` : "No flags.");
  clean(total ? "" : cleanWords(document));
  render();
}

function cleanWords({ language, words }) {
  if (language && language !== LANGUAGE) {
    const names = new Intl.DisplayNames(["en"], { type: "language" });
    const [read, covered] = [names.of(language), names.of(LANGUAGE)];
    return `This reads as ${read}. The guideline covers ${covered}: little or nothing was checked.`;
  }
  return `Nothing in these ${plural(words, "word")} goes against the guideline’s wording rules.`;
}

const isSame = (a, b) => a.rule === b.rule && a.field === b.field && a.start === b.start;

/** The finding as it is now: cards keep the one they were made of, edits move it along. */
const live = ({ id }) => state.findings.find((f) => f.id === id);

/** Draw marks, cards, filters from the state; focus inside the cards stays there. */
function render() {
  const seen = visible();
  const hadFocus = byId("cards").contains(document.activeElement);
  if (!seen.includes(state.current)) state.current = null;
  marks.paint(seen, state.current);
  state.cards = showCards(byId("cards"), group(seen), { go, apply });
  showFilters(byId("filters"), countBySeverity(state.findings), state.hidden, toggle);
  renderPosition();
  tip.hide();
  const card = state.current && state.cards.get(state.current.id);
  if (card) mark(card, state.current);
  if (hadFocus) (card ?? byId("cards").firstElementChild ?? byId("flags")).focus({ preventScroll: true });
}

/** Make `card` the current one, standing for `finding` of its places. */
function mark(card, finding) {
  for (const other of byId("cards").children) other.removeAttribute("aria-current");
  card.stand(finding);
  card.setAttribute("aria-current", "true");
}

const visible = () => state.findings.filter((f) => !state.hidden.has(f.severity));

function toggle(severity) {
  if (!state.hidden.delete(severity)) state.hidden.add(severity);
  render();
}

function renderPosition() {
  const seen = visible();
  byId("previous").disabled = byId("next").disabled = seen.length === 0;
  const at = seen.indexOf(state.current);
  byId("position").textContent = at < 0 ? "" : `${at + 1} of ${seen.length}`;
}

function reset(words) {
  state.findings = [];
  state.current = null;
  byId("words").textContent = "";
  byId("scorecard").hidden = true;
  clean("");
  notice("");
  say(words);
  render();
}

// Walking --------------------------------------------------------------------------------------

/** Make `finding` the current flag: mark it, bring it into view, and move focus to its card. */
function go(chosen) {
  const finding = live(chosen);
  if (!finding) return;
  const seen = visible();
  state.current = finding;
  marks.paintCurrent(finding);
  const card = state.cards.get(finding.id);
  mark(card, finding);
  reveal(marks.rangeOf(finding));
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  renderPosition();
  tip.hide();
  const at = `Flag ${seen.indexOf(finding) + 1} of ${seen.length}`;
  announce(`${at}, ${finding.severity}: ${finding.match}. ${finding.message}`);
}

function step(by) {
  const seen = visible();
  if (!seen.length) return;
  const at = seen.indexOf(state.current);
  go(at < 0 ? seen.at(by > 0 ? 0 : -1) : seen[(at + by + seen.length) % seen.length]);
}

function reveal(range) {
  const rect = range.getBoundingClientRect();
  const [top, bottom] = [80, window.innerHeight - 80];
  if (rect.top < top || rect.bottom > bottom) {
    const target = rect.top + window.scrollY - window.innerHeight / 3;
    window.scrollTo({ top: target, behavior: "instant" });
  }
}

function backToDraft() {
  const { current } = state;
  const field = fields[current?.field ?? "text"];
  field.input.focus({ preventScroll: true });
  if (current) field.input.setSelectionRange(current.start, current.end);
}

function showEvidence({ field, start, end }) {
  reveal(marks.paintPlace(field, start, end));
}

// Editing --------------------------------------------------------------------------------------

function apply(chosen, wording) {
  const finding = live(chosen);
  if (!finding) return;
  const field = fields[finding.field];
  const next = visible().indexOf(finding);
  field.replace(finding.start, finding.end, wording); // the input event moves the findings along
  announce(`Replaced “${finding.match}” with “${wording}”. Undo works as usual.`);
  const follower = visible()[next] ?? visible().at(-1);
  if (follower) go(follower);
  else byId("flags").focus({ preventScroll: true });
  check();
}

function onInput(field) {
  state.running?.abort(); // its answer would be about a draft that is no more
  if (field.name === "title" && /[\r\n]/.test(field.value)) {
    field.input.value = field.value.replace(/\s*[\r\n]+\s*/g, " ");
  }
  field.sync();
  const before = state.findings;
  const { id } = state.current ?? {};
  state.findings = shift(before, field.name, state.before[field.name], field.value);
  state.current = state.findings.find((f) => f.id === id) ?? null;
  state.before[field.name] = field.value;
  byId("scorecard").inert = true; // its places are those of the text before
  if (!fields.text.value) opened("");
  if (state.findings.length === before.length) marks.paint(visible(), state.current);
  else render();
  checkSoon();
}

function findingAtCaret(field) {
  const { selectionStart: at, selectionEnd } = field.input;
  if (at !== selectionEnd) return null;
  return visible().find((f) => f.field === field.name && f.start <= at && at <= f.end) ?? null;
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
  if (event.key === "F8" && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  } else if (event.key === "Escape") {
    if (!tip.node.hidden) tip.hide();
    else if (byId("flags").contains(document.activeElement)) backToDraft();
  }
}

// Wiring ---------------------------------------------------------------------------------------

for (const field of Object.values(fields)) {
  field.input.addEventListener("input", (event) => {
    if (!event.isComposing) onInput(field);
    else field.sync();
  });
  field.input.addEventListener("compositionend", () => onInput(field));
  field.input.addEventListener("keyup", ({ key }) => {
    if (/^(Arrow|Home|End|Page)/.test(key)) onCaret(field);
  });
  field.input.addEventListener("click", () => onCaret(field));
}
fields.title.input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    fields.text.input.focus();
  }
});
document.addEventListener("keydown", onKey);
byId("paper").addEventListener("pointermove", onPointer);
byId("paper").addEventListener("pointerleave", () => tip.hideSoon());
new ResizeObserver(() => marks.forget()).observe(byId("paper"));
byId("check").addEventListener("click", check);
country.addEventListener("change", check);
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
  fill("", "");
  state.running?.abort();
  clearTimeout(state.timer);
  reset("Nothing checked yet.");
  fields.text.input.focus();
});
for (const kind of ["dragover", "drop"]) {
  byId("paper").addEventListener(kind, (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    if (kind === "drop" && event.dataTransfer.files.length) openFile(event.dataTransfer.files[0]);
  });
}

/** Put another draft in place of this one, such that undo brings this one back. */
function fill(title, text) {
  fields.title.replace(0, fields.title.value.length, title);
  fields.text.replace(0, fields.text.value.length, text);
  opened("");
}

ruleTitles().then((titles) => {
  state.titles = titles;
});
