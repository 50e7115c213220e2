// Prints and saves the report. It is made in the browser: the program that checks keeps no draft,
// so it has none to report on.

import { check } from "./checking.js";
import { byId, save } from "./dom.js";
import { stamps } from "./guidelines.js";
import { peopleForReport } from "./people.js";
import { fileOf, makeReport } from "./report.js";
import { desk, state, texts } from "./state.js";
import { notice } from "./status.js";
import { takenNow } from "./taken.js";
import { actions, foldedCount, hiddenBy, inText } from "./view.js";

/** The report of the draft as it stands, or null where nothing was checked. */
function report() {
  const { answer } = state;
  if (!answer) return null;
  return makeReport({
    answer,
    texts: texts(),
    problems: inText(),
    taken: takenNow(state.taken),
    aside: state.aside.map((entry) => ({
      name: nameOf(entry),
      reason: entry.reason,
      count: hiddenBy([entry]).length,
    })),
    ignored: answer.ignored ?? [],
    people: peopleForReport(),
    guidelines: stamps(),
    guidelineOf: actions.guidelineOf,
    titleOf: actions.titleOf,
    date: `${new Date().toLocaleDateString("en-CA")} ${new Date().toLocaleTimeString("en-GB")}`,
    folded: foldedCount(),
    stale: byId("scorecard").inert,
  });
}

function nameOf({ rule, words, places }) {
  if (rule) return `The rule “${actions.titleOf(rule)}” (${rule})`;
  const who = hiddenBy([{ rule, words, places }]).flatMap(({ parts }) => parts).find(({ by_place: said }) => said)?.person;
  return `${who ? `Person ${who}` : `“${words}”`} (${[...new Set(places.map((place) => place.rule))].join(", ")})`;
}

/** The report of what stands there now: what was changed is checked first. */
async function fresh() {
  if (!state.answer || byId("scorecard").inert) await check();
  const made = report();
  if (!made) notice("There is nothing to report on: no draft was checked.");
  return made;
}

export async function saveReport() {
  const made = await fresh();
  if (!made) return;
  const css = await fetch("/static/report.css").then((answer) => answer.text());
  const file = new Blob([fileOf(made, css)], { type: "text/html" });
  save(file, `draft-check-${new Date().toLocaleDateString("en-CA")}.html`);
}

export async function printReport() {
  if (await fresh()) window.print();
}

/** Whatever asks for printing, the browser's menu too, gets the report in place of the page. */
export function wirePrinting() {
  window.addEventListener("beforeprint", () => {
    if (desk.hidden) return;
    const made = report();
    if (made) {
      made.classList.add("printed");
      document.body.append(made);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const made of document.querySelectorAll("body > .report.printed")) made.remove();
  });
}
