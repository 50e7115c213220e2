// The places where the page says how things stand.

import { byId } from "./dom.js";

/** The result of the check, read out politely. */
export function say(words) {
  byId("status").textContent = words;
}

/** What just happened, for those who do not see it. */
export function announce(words) {
  byId("announce").textContent = words;
}

/** An error, with the reason; an empty one takes it away. */
export const notice = (words) => show("notice", words);

/** What stands where there is no flag. */
export const clean = (words) => show("clean", words);

/** Which file is shown. */
export const opened = (words) => show("opened", words);

function show(id, words) {
  byId(id).textContent = words;
  byId(id).hidden = !words;
}
