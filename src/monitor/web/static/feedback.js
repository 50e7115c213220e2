// "Was this flag right?": asked only where the reporter ticked the box, and answered with the rule's
// id, never with a word of the draft or a place in it.

import { sendFeedback } from "./api.js";
import { byId, el } from "./dom.js";
import { stampOf } from "./guidelines.js";
import { announce } from "./status.js";

const answered = new Map(); // what was said of a card in this tab, by rules and words

export const wantsFeedback = () => byId("feedback").checked;

/** The question below a card, or null where it is not asked. */
export function feedbackControls(key, rules) {
  if (!wantsFeedback()) return null;
  const node = el("div", { className: "feedback", role: "group", "aria-label": "Was this flag right?" });
  const said = answered.get(key);
  if (said) node.append(el("span", { textContent: said }));
  else node.append(el("span", { textContent: "Was this flag right?" }), answer(true), answer(false));
  return node;

  function answer(right) {
    return el("button", {
      type: "button",
      className: "quiet",
      textContent: right ? "It was right" : "It was wrong",
      onclick: () => send(right),
    });
  }

  async function send(right) {
    const told = right ? "You said that it was right." : "You said that it was wrong.";
    answered.set(key, told);
    show(told);
    const done = await Promise.all(
      rules.map((part) =>
        sendFeedback(part.rule, { right, guideline: stampOf(part), severity: part.severity, client: "page" }),
      ),
    );
    if (done.every(Boolean)) return;
    answered.delete(key);
    show("Your answer could not be sent.");
  }

  function show(words) {
    const span = el("span", { textContent: words, tabIndex: -1 });
    const hadFocus = node.contains(document.activeElement);
    node.replaceChildren(span);
    if (hadFocus) span.focus({ preventScroll: true });
    announce(words);
  }
}

/** The words of a draft are among what tells the answers apart. */
export const forgetFeedback = () => answered.clear();
