// The places where the page says how things stand. What is read out is said once, and only when
// it changed: a check after each pause in writing is no news.

import { byId, el, plural } from "./dom.js";

const SLOW_MS = 700;
const ELSEWHERE = ["part", "touched", "off"]; // topics with which not every rule was applied
let waiting = 0;

/** Where the check stands; with `aloud` for those who do not see it too. */
export function say(words, { aloud = true } = {}) {
  clearTimeout(waiting);
  byId("status").textContent = words;
  if (aloud) announce(words);
}

/** "Checking…", seen at once, read out only where it takes its time. */
export function sayChecking() {
  say("Checking…", { aloud: false });
  waiting = setTimeout(() => announce("Checking…"), SLOW_MS);
}

/** What just happened, for those who do not see it. */
export function announce(words) {
  if (byId("announce").textContent !== words) byId("announce").textContent = words;
}

/** An error, with the reason; an empty one takes it away. */
export const notice = (words) => show("notice", words);

/** Which file is shown, or that the draft is back; `button` has a `name` and what it should `act`. */
export function opened(words, button) {
  show("opened", words);
  if (!button) return;
  const { name, act } = button;
  byId("opened").append(" ", el("button", { type: "button", textContent: name, onclick: act }));
}

/** What stands where there is no flag: praise only where everything was looked at. */
export function outcome({ coverage, words }, { flags, folded, hidden }) {
  const counted = plural(words, "word");
  const all = folded === 1 ? "" : "all ";
  const aside = (folded ? `, ${flags ? `${folded} ` : all}less sure` : "") + (hidden ? `, ${hidden} hidden` : "");
  const { checked, topic, note, missed } = coverage;
  show("reach", note ?? "");
  byId("reach").classList.toggle("minor", flags > 0);
  const unsaid = checked !== "none" && ELSEWHERE.includes(topic);
  const used = byId("topic").contains(document.activeElement); // it would take the focus along
  byId("topic").hidden = !(unsaid || topic === "said" || used);
  show("clean", "");
  show("missed", flags || hidden ? "" : (missed ?? ""));
  if (flags || folded) return `${plural(flags || folded, "flag")} in ${counted}${aside}.`;
  if (checked === "none") return "Not checked.";
  if (hidden) return `No flags left${aside}.`;
  if (checked === "part") return "No flags in what could be checked.";
  show("clean", `Nothing in these ${counted} goes against the guideline’s wording rules.`);
  return "No flags.";
}

/** Offer the flags that are less sure beside the line that counts them, or the best of all again. */
export function offerMore(some, more) {
  byId("more").hidden = !some;
  byId("more").textContent = more ? "Show fewer" : "Show them";
}

export function noOutcome() {
  offerMore(false);
  byId("topic").hidden = true;
  show("reach", "");
  show("clean", "");
  show("missed", "");
}

function show(id, words) {
  byId(id).textContent = words;
  byId(id).hidden = !words;
}
