// Sets flags and rules aside in this draft, and brings them back.

import { byId } from "./dom.js";
import { offerUndo } from "./hidden.js";
import * as ignores from "./ignores.js";
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
  offerUndo(words, () => bringBack(entries.at(-1)));
  goOn(index);
  announce(`${words} ${byId("status").textContent}`);
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

Object.assign(actions, { dismiss, ignoreRule, bringBack });
