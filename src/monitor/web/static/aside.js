// Sets flags and rules aside in this draft, and brings them back.

import { byId } from "./dom.js";
import { offerUndo } from "./hidden.js";
import * as ignores from "./ignores.js";
import { isMinor } from "./answers.js";
import { reasonControls } from "./reasons.js";
import { keeper, state, texts } from "./state.js";
import { announce } from "./status.js";
import { actions, around, hiddenBy, live, render, sort, visible } from "./view.js";
import { go, goOn, placeInWalk } from "./walk.js";

async function dismiss(chosen) {
  const problem = live(chosen);
  if (!problem) return;
  const why = await reasonFor(problem.parts);
  const there = state.problems.find((one) => isSame(one, problem));
  if (why && there) {
    setAside(ignores.dismiss(state.aside, there, texts(), why), there, `Dismissed “${there.words}”.`);
  }
}

async function ignoreRule(finding) {
  const words = `Ignoring the rule “${actions.titleOf(finding.rule)}” in this draft.`;
  const why = await reasonFor(state.findings.filter(({ rule }) => rule === finding.rule));
  if (!why) return;
  const there = state.problems.find((one) => one.parts.some((part) => isSame({ ...part, parts: [part] }, { ...finding, parts: [finding] })));
  setAside(ignores.ignoreRule(state.aside, finding.rule, why), there, words);
}

/** Answers may have come in between, in which flags have other ids. */
const isSame = (a, b) => a.field === b.field && a.start === b.start && a.end === b.end && a.parts[0].rule === b.parts[0].rule;

/** Why flags are set aside: nothing is asked, save where one is a child's; null: they are not. */
async function reasonFor(findings) {
  if (!findings.some(isChilds)) return {};
  const dialog = byId("child-dialog");
  const input = byId("child-reason");
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  input.focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  const reason = input.value.trim();
  input.value = "";
  return dialog.returnValue === "dismiss" && reason ? { reason, needed: true } : null;
}

const isChilds = ({ protects, rule, person }) =>
  protects && (rule.startsWith("child-") || isMinor(state.people.find((one) => one.person === person)));

/** Hide what `entries` say, and go on at the flag after `problem`. */
function setAside(entries, problem, words) {
  const index = placeInWalk(problem);
  refresh(entries);
  const entry = entries.at(-1);
  const why = reasonControls(words, entry.reason, (reason) => giveReason(entry, reason));
  offerUndo(words, () => bringBack(entry), why);
  goOn(index);
  announce(`${words} ${byId("status").textContent}`);
}

/** Note why an entry was set aside; the reason goes nowhere but into the report. */
function giveReason({ id, needed }, reason) {
  refresh(ignores.giveReason(state.aside, id, reason));
  if (needed && !reason) announce("A child’s flag keeps its reason.");
  else announce(reason ? `Reason noted: ${reason}.` : "No reason given.");
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
