// Sets flags and rules aside in this draft, and brings them back.

import { byId } from "./dom.js";
import { offerUndo } from "./hidden.js";
import * as ignores from "./ignores.js";
import { reasonControls } from "./reasons.js";
import { keeper, state, texts } from "./state.js";
import { announce } from "./status.js";
import { actions, around, hiddenBy, live, render, sort, visible } from "./view.js";
import { go, goOn } from "./walk.js";

function dismiss(chosen) {
  const problem = live(chosen);
  if (!problem) return;
  setAside(ignores.dismiss(state.aside, problem, texts()), problem, `Dismissed “${problem.words}”.`);
}

function ignoreRule(finding) {
  const words = `Ignoring the rule “${actions.titleOf(finding.rule)}” in this draft.`;
  setAside(ignores.ignoreRule(state.aside, finding.rule), around(finding), words);
}

/** Hide what `entries` say, and go on at the flag after `problem`. */
function setAside(entries, problem, words) {
  const index = visible().indexOf(problem);
  refresh(entries);
  const entry = entries.at(-1);
  const why = reasonControls(words, "", (reason) => giveReason(entry, reason));
  offerUndo(words, () => bringBack(entry), why);
  goOn(index);
  announce(`${words} ${byId("status").textContent}`);
}

/** Note why an entry was set aside; the reason goes nowhere but into the report. */
function giveReason({ id }, reason) {
  refresh(ignores.giveReason(state.aside, id, reason));
  announce(reason ? `Reason noted: ${reason}.` : "No reason given.");
}

function bringBack(entry) {
  const [first] = hiddenBy([entry]);
  refresh(ignores.restore(state.aside, entry.id));
  offerUndo("");
  const problem = first && around(first.parts[0]);
  if (problem && visible().includes(problem)) go(problem);
  else byId("flags").focus({ preventScroll: true });
}

function refresh(entries) {
  state.aside = entries;
  sort();
  render();
  keeper.changed();
}

Object.assign(actions, { dismiss, ignoreRule, bringBack, giveReason });
