// The panel "People in this draft": who is told of, as read, and what only the reporter can say.
// Answers stay in this tab's memory; a file of them is written only where the reporter asks for it.

import * as answers from "./answers.js";
import { check, checkSoon } from "./checking.js";
import { byId, el, plural, save } from "./dom.js";
import { isProtecting } from "./findings.js";
import { marks, state, texts } from "./state.js";
import { announce, notice } from "./status.js";
import { actions } from "./view.js";
import { backTo, go, reveal } from "./walk.js";

const WIDE = matchMedia("(min-width: 60.01rem)"); // the draft stands beside the panel
const SHOWN = 5; // places of a person that are listed
const NO_NAME = /^(?:I|me|my|we|our|us|you|your|she|he|her|him|his|they|them|their|the|this|that|one|two|three|some|an?)\b/i;
const SURE = 0.7; // probability from which a role is told without "perhaps"

/** What is asked once of the draft, with what to do where the answer is yes. */
const OF_DRAFT = [
  {
    name: "pictures",
    words: "Do pictures, captions or videos show somebody who is to be protected, or where she is?",
    advice: "Take them out, or hide faces, clothes, places and signs; take the place out of the file’s data too.",
  },
  {
    name: "other",
    words: "Has another report named the other half: the accused, the family, the place?",
    advice: "Then what this draft adds may tell who she is: leave out the tie between them, or the name.",
  },
];
const NEVER =
  "Consent never closes a child’s flag: leave out what tells who she is, or dismiss the flag with a reason.";
const DRAFT = "draft"; // the entry of these questions, after those of people

let current = null; // the entry that is open: a place of the person, or DRAFT
let told = ""; // what was last said to be open

// What there is --------------------------------------------------------------------------------

const saidOf = (person) => answers.answerOf(state.answers, state.people, person)?.said;
const isAsked = (person) => saidOf(person) || person.questions.length > 0 || flagsOf(person).length > 0;
/** Who is to decide or decided on, in order of mention. */
const listed = () => state.people.filter(isAsked);
/** Whether anybody is told of whom a picture or another report could give away. */
const asksOfDraft = () => state.people.some((person) => isAsked(person) || answers.rank(person) === 0);
/** Whoever else is told of, folded away. */
const others = () => state.people.filter((person) => !isAsked(person)).sort((a, b) => answers.rank(a) - answers.rank(b));
const flagsOf = (person) =>
  state.problems.filter((problem) => isProtecting(problem) && problem.parts.some((part) => part.person === person.person));
const isOpen = (person) => answers.openQuestions(person, saidOf(person)).length > 0 || flagsOf(person).length > 0;
const openOfDraft = () => OF_DRAFT.filter(({ name }) => state.ofDraft[name] === undefined);
const currentPerson = () => (current === null || current === DRAFT ? null : answers.personAt(state.people, current));

/** The words that a person is called by first, names before other words. */
function calledBy(person) {
  const words = person.mentions.map((mention) => wordsAt(mention));
  const name = words.find((one) => /^\p{Lu}/u.test(one) && !NO_NAME.test(one));
  return name ?? words[0];
}

const wordsAt = ({ field, start, end }) => texts()[field].slice(start, end).replace(/\s+/g, " ");

/** What of the people is for the report: by number and line, never by name. */
export const peopleForReport = () => ({
  people: listed().map((person) => ({
    number: person.person,
    line: person.line,
    role: answers.roleName(saidOf(person)?.role ?? person.role),
    said: saidOf(person) ?? {},
    open: [...answers.openQuestions(person, saidOf(person)).map(({ short }) => short), ...(flagsOf(person).length ? ["flagged"] : [])],
  })),
  ofDraft: OF_DRAFT.map(({ name, words }) => ({ words, yes: state.ofDraft[name] })),
});

// Drawing --------------------------------------------------------------------------------------

/** Draw the panel; whoever has the focus in it keeps it. */
export function renderPeople() {
  const panel = byId("people");
  const seen = state.answer ? listed() : [];
  const waiting = state.answers.filter(answers.isWaiting);
  const focused = panel.contains(document.activeElement) ? document.activeElement.closest("[data-key]")?.dataset.key : null;
  const hadFocus = panel.contains(document.activeElement);
  panel.hidden = !state.answer || (state.people.length === 0 && waiting.length === 0);
  const chosen = currentPerson();
  if (current !== DRAFT && !seen.includes(chosen)) current = null;
  const nodes = seen.map((person) => personNode(person, person === chosen));
  if (asksOfDraft()) nodes.push(draftNode());
  byId("people-list").replaceChildren(...nodes);
  renderOthers();
  renderWaiting(waiting);
  renderOpen(seen);
  const [first] = hadFocus && chosen ? chosen.mentions : [];
  if (first) marks.paintPlace(first.field, first.start, first.end);
  if (!hadFocus || panel.contains(document.activeElement)) return;
  const again = focused && panel.querySelector(`[data-key="${focused}"]`);
  (again || panel.querySelector(".person[aria-current]") || byId(panel.hidden ? "flags" : "people-heading")).focus({ preventScroll: true });
}

function renderOpen(seen) {
  const open = seen.filter(isOpen).length;
  const words = open ? `${open === 1 ? "1 person" : `${open} people`} to decide before publication` : "";
  const asked = asksOfDraft() ? openOfDraft().length : 0;
  const draft = asked ? `${plural(asked, "question")} on the draft open` : "";
  const none = seen.length ? "Nobody is left to decide on" : "Nobody in this draft has to be decided on";
  const line = `${[words || none, draft].filter(Boolean).join("; ")}.`;
  if (line !== told) byId("people-count").textContent = line;
  told = line;
  byId("people-open").hidden = !words;
  byId("to-people").textContent = words;
}

function renderOthers() {
  const rest = state.answer ? others() : [];
  byId("people-others").hidden = rest.length === 0;
  byId("people-others-count").textContent = rest.length === 1 ? "1 other person, of whom nothing is asked" : `${rest.length} other people, of whom nothing is asked`;
  const focus = byId("people-others-list").contains(document.activeElement) && document.activeElement.textContent;
  byId("people-others-list").replaceChildren(
    ...rest.map((person) =>
      el(
        "li",
        {},
        placeButton(person.mentions[0], `Person ${person.person}: ${calledBy(person)}`),
        ` ${roleOf(person)} `,
        el("button", {
          type: "button",
          className: "quiet",
          textContent: "Ask",
          "aria-label": `Ask about person ${person.person}`,
          onclick: () => {
            sayOf(person, { role: person.role });
            goToPerson(person.person);
          },
        }),
      ),
    ),
  );
  if (focus) byId("people-others").querySelector("summary").focus({ preventScroll: true });
}

function renderWaiting(waiting) {
  const node = byId("people-waiting");
  node.hidden = waiting.length === 0;
  node.replaceChildren();
  if (!waiting.length) return;
  const words = `${plural(waiting.length, "answer")} not in use: the words it was about are not in the draft, or tell of nobody.`;
  const drop = () => {
    state.answers = answers.forget(state.answers, waiting);
    renderPeople();
    announce("Forgotten.");
  };
  node.append(el("span", { textContent: words }), " ", el("button", { type: "button", className: "quiet", textContent: "Forget it", onclick: drop }));
}

function roleOf(person) {
  const role = answers.roleName(person.role);
  if (saidOf(person)?.role) return `${role}, you said`;
  return person.role_probability < SURE ? `perhaps ${role}` : role;
}

function stateOf(person) {
  const asked = answers.openQuestions(person, saidOf(person)).map(({ short }) => short);
  const flagged = flagsOf(person).length ? ["flagged"] : [];
  const open = [...flagged, ...asked];
  if (open.length) return `To decide: ${open.join(", ")}`;
  return saidOf(person) ? "Decided" : "";
}

function personNode(person, isCurrent) {
  const words = calledBy(person);
  const now = stateOf(person);
  const name = `Person ${person.person}: ${words}`;
  const node = el("li", {
    className: `person ${isOpen(person) ? "open" : ""}`,
    tabIndex: -1,
    "data-key": `person-${person.person}`,
    "aria-label": [name, roleOf(person), now].filter(Boolean).join(". "),
    ...(isCurrent && { "aria-current": "true" }),
    onclick: ({ target }) => !target.closest("button") && enter(person),
  });
  const head = el(
    "button",
    {
      type: "button",
      className: "person-head",
      "data-key": `head-${person.person}`,
      "aria-expanded": String(isCurrent),
      onclick: () => (isCurrent ? leave() : enter(person)),
    },
    el("strong", { textContent: `Person ${person.person} ` }),
    el("bdi", { className: "person-words", textContent: words }),
    el("span", { className: "person-role", textContent: ` ${roleOf(person)}` }),
    now ? el("span", { className: "person-state", textContent: now }) : null,
  );
  node.append(el("p", { className: "person-line" }, head));
  if (isCurrent) node.append(...bodyOf(person));
  return node;
}

function bodyOf(person) {
  const kinds = [...new Set(person.details.map(({ kind }) => kind))];
  const told = kinds.map((kind) => {
    const places = person.details.filter((detail) => detail.kind === kind);
    return el("p", { className: "person-told" }, el("span", { textContent: `${kind}: ` }), ...placeButtons(places));
  });
  const titles = new Map();
  for (const problem of flagsOf(person)) {
    const { rule } = problem.parts.find((part) => part.person === person.person);
    if (!titles.has(rule)) titles.set(rule, problem);
  }
  const flags = [...titles].map(([rule, problem]) =>
    el("button", { type: "button", className: "quiet", textContent: `Flag: ${actions.titleOf(rule)}`, onclick: () => go(problem) }),
  );
  const said = saidOf(person);
  const asked = answers.openQuestions(person, said);
  const closes = said?.consent && answers.isMinor(person);
  return [
    ...answers.QUESTIONS.map((question, index) =>
      questionRow({
        key: `${question.name}-${person.person}`,
        words: question.words,
        first: 2 * index + 1,
        open: asked.includes(question),
        yes: answers.answerTo(question.name, said),
        answer: (yes) => sayOf(person, answers.saidBy(question.name, yes, person)),
      }),
    ),
    closes ? el("p", { className: "hint", textContent: NEVER }) : null,
    roleRow(person),
    el("p", { className: "person-told" }, el("span", { textContent: "told of: " }), ...placeButtons(person.mentions)),
    ...told,
    flags.length ? el("p", { className: "person-told" }, ...flags) : null,
  ].filter(Boolean);
}

const placeButtons = (places) => [
  ...places.slice(0, SHOWN).map((place) => placeButton(place, wordsAt(place))),
  places.length > SHOWN ? el("span", { textContent: ` and ${places.length - SHOWN} more` }) : null,
];

const placeButton = (place, words) =>
  el("button", { type: "button", className: "place-button", dir: "auto", textContent: words, title: "Show in the draft", onclick: () => backTo(place) });

function questionRow({ key, words, first, open, yes, answer }) {
  const id = `asked-${key}`;
  const button = (value, digit) =>
    el(
      "button",
      {
        type: "button",
        className: "filter",
        "data-key": `${key}-${value}`,
        "data-digit": digit,
        "aria-pressed": String(yes === value),
        onclick: () => answer(value),
      },
      el("kbd", { "aria-hidden": "true", textContent: digit }),
      ` ${value ? "Yes" : "No"}`,
    );
  return el(
    "div",
    { className: `asked ${open ? "open" : ""}`, role: "group", "aria-labelledby": id },
    el("span", { id, textContent: words }),
    el("span", { className: "asked-buttons" }, button(true, String(first)), button(false, String(first + 1))),
  );
}

function roleRow(person) {
  const said = saidOf(person)?.role;
  const buttons = answers.ROLES.map(([role, key]) =>
    el(
      "button",
      {
        type: "button",
        className: "filter",
        "data-key": `role-${role}-${person.person}`,
        "data-letter": key,
        "aria-pressed": String((said ?? person.role) === role),
        onclick: () => sayOf(person, { role }),
      },
      el("kbd", { "aria-hidden": "true", textContent: key }),
      ` ${answers.roleName(role)}`,
    ),
  );
  const props = { className: "roles", role: "group", "aria-label": `Role of person ${person.person}` };
  return el("div", props, el("span", { textContent: "Role" }), ...buttons);
}

/** The entry of what is asked once of the draft. */
function draftNode() {
  const isCurrent = current === DRAFT;
  const open = openOfDraft();
  const now = open.length ? `To decide: ${open.length === 2 ? "pictures, other reports" : open[0].name === "pictures" ? "pictures" : "other reports"}` : "Decided";
  const node = el("li", {
    className: `person ${open.length ? "open" : ""}`,
    tabIndex: -1,
    "data-key": "person-draft",
    "aria-label": `Pictures and other reports. ${now}`,
    ...(isCurrent && { "aria-current": "true" }),
  });
  const head = el(
    "button",
    {
      type: "button",
      className: "person-head",
      "data-key": "head-draft",
      "aria-expanded": String(isCurrent),
      onclick: () => (isCurrent ? leave() : openEntry(DRAFT)),
    },
    el("strong", { textContent: "Pictures and other reports" }),
    el("span", { className: "person-state", textContent: now }),
  );
  node.append(el("p", { className: "person-line" }, head));
  if (!isCurrent) return node;
  OF_DRAFT.forEach(({ name, words, advice }, index) => {
    const yes = state.ofDraft[name] ?? null;
    const answer = (value) => {
      if (state.ofDraft[name] === value) delete state.ofDraft[name];
      else state.ofDraft[name] = value;
      renderPeople();
      announce(byId("people-count").textContent);
    };
    node.append(questionRow({ key: `${name}-draft`, words, first: 2 * index + 1, open: yes === null, yes, answer }));
    if (yes) node.append(el("p", { className: "hint", textContent: advice }));
  });
  return node;
}

// Doing ----------------------------------------------------------------------------------------

/** Note what is said of a person, and have the draft checked with it. */
function sayOf({ person: number }, said) {
  const person = state.people.find((one) => one.person === number);
  state.answers = answers.say(state.answers, state.people, person, said, texts());
  const role = saidOf(person)?.role;
  // The check says it too, a moment later.
  if (role) state.people = state.people.map((one) => (one === person ? { ...one, role } : one));
  renderPeople();
  const now = state.people.find((one) => one.person === number);
  announce([`Person ${person.person}`, roleOf(now), stateOf(now)].filter(Boolean).join(". "));
  checkSoon();
}

/** Open an entry and show its first words in the draft; the focus goes to the entry. */
function openEntry(entry) {
  current = entry;
  renderPeople();
  const node = byId("people-list").querySelector(".person[aria-current]");
  node?.focus({ preventScroll: true });
  node?.scrollIntoView({ block: "nearest" });
  if (entry === DRAFT) return;
  const range = marks.paintPlace(entry.field, entry.start, entry.end);
  if (WIDE.matches) reveal(range);
}

const enter = (person) => openEntry(person.mentions[0]);

function leave() {
  const was = currentPerson();
  current = null;
  renderPeople();
  byId("people-list").querySelector(`[data-key="head-${was?.person ?? DRAFT}"]`)?.focus({ preventScroll: true });
}

function stepPeople(by) {
  const entries = [...listed().map(({ mentions: [first] }) => first), ...(asksOfDraft() ? [DRAFT] : [])];
  if (!entries.length) return;
  const chosen = currentPerson();
  const at = current === DRAFT ? entries.length - 1 : listed().indexOf(chosen);
  openEntry(at < 0 ? entries.at(by > 0 ? 0 : -1) : entries[(at + by + entries.length) % entries.length]);
}

/** Go to a person in the panel; without a number to the one that is open, else the first to decide. */
export function goToPerson(number) {
  if (byId("people").hidden) return;
  const seen = listed();
  const person = number === undefined ? (currentPerson() ?? seen.find(isOpen) ?? seen[0]) : seen.find((one) => one.person === number);
  if (person) enter(person);
  else if (number !== undefined) {
    byId("people-others").open = true;
    byId("people-others").querySelector("summary").focus();
  } else byId("people-heading").focus();
}

/** The keys of the panel; says whether it took the event. */
export function onPanelKey(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || target.matches("input")) return false;
  const node = target.closest(".person") ?? byId("people-list").querySelector(".person[aria-current]");
  const press = (selector) => {
    const button = node?.matches("[aria-current]") ? node.querySelector(selector) : null;
    button?.click();
    return Boolean(button);
  };
  if (key === "n" || key === "p") stepPeople(key === "n" ? 1 : -1);
  else if (key === "Enter" && target === node) backTo(currentPerson()?.mentions[0] ?? null);
  else if (/^[1-9]$/.test(key)) return press(`[data-digit="${key}"]`);
  else if (/^[a-z]$/.test(key)) return press(`[data-letter="${key}"]`);
  else return false;
  return true;
}

/** A new answer is there: answers hold on to the mentions that are read now. */
export function settlePeople() {
  const waited = state.answers.filter(({ refused }) => refused);
  const at = currentPerson();
  state.people = state.answer?.people ?? [];
  state.answers = answers.settle(state.answers, state.people, texts());
  if (current !== null && current !== DRAFT && !at) current = null;
  // What was set aside has a place again: the answer shown was made without it.
  const ids = waited.map(({ id }) => id);
  if (state.answers.some((answer) => ids.includes(answer.id) && !answer.refused)) checkSoon();
}

/** Move all places along with an edit. */
export function followPeople(field, before, after) {
  state.people = answers.movePeople(state.people, field, before, after);
  state.answers = answers.follow(state.answers, field, before, after);
  if (current?.field === field) [current = null] = answers.movePeople([{ mentions: [current], details: [] }], field, before, after).map(({ mentions: [place] }) => place);
}

/** The draft is another one: nothing that was said is kept. */
export function forgetPeople() {
  state.people = [];
  state.answers = [];
  state.ofDraft = {};
  current = null;
  told = "";
  byId("people-count").textContent = "";
}

// Files ----------------------------------------------------------------------------------------

function saveAnswers() {
  const sent = state.answers.filter((answer) => !answers.isWaiting(answer));
  if (!sent.length) {
    announce("There is no answer to save yet.");
    return;
  }
  const list = sent.map((answer) => answers.asSent(answer, texts(), { inSource: state.format !== "" }));
  const file = new Blob([`${JSON.stringify(list, null, 1)}\n`], { type: "application/json" });
  save(file, `people-${new Date().toLocaleDateString("en-CA")}.json`);
  announce(`${plural(sent.length, "answer")} saved: places and roles, no names.`);
}

async function loadAnswers(file) {
  const loaded = await file
    .text()
    .then((text) => answers.fromFile(JSON.parse(text), texts(), { inSource: state.format !== "" }))
    .catch(() => null);
  if (!loaded) {
    notice("This is no file of answers on the people of this draft.");
    return;
  }
  notice("");
  state.answers = loaded;
  announce(`${plural(loaded.length, "answer")} loaded.`);
  await check();
}

export function wirePeople() {
  byId("to-people").addEventListener("click", () => goToPerson());
  byId("people-save").addEventListener("click", saveAnswers);
  byId("people-file").addEventListener("change", ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) loadAnswers(file);
  });
}

Object.assign(actions, { renderPeople, settlePeople, goToPerson });
