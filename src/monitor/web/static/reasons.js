// Why a flag or a rule was set aside: a reason to pick, or one in the reporter's own words. It is
// never asked for first; without one the report says that none was given.

import { el } from "./dom.js";

export const LONGEST = 200;
const COMMON = ["Their own words", "A name or title", "The law’s own term", "House style", "The flag is wrong"];

/** A group of controls that calls `save(reason)` with what is picked or written; `reason` is the one so far. */
export function reasonControls(name, reason, save) {
  const input = el("input", {
    type: "text",
    className: "reason",
    maxLength: LONGEST,
    autocomplete: "off",
    value: reason,
    placeholder: "or in your words",
    "aria-label": `Reason: ${name}`,
    onchange: () => choose(input.value.trim()),
  });
  const buttons = COMMON.map((words) =>
    el("button", { type: "button", className: "filter", textContent: words, onclick: () => choose(words) }),
  );
  const show = (chosen) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === chosen));
  };
  const choose = (words) => {
    input.value = words;
    show(words);
    save(words);
  };
  show(reason);
  const props = { className: "reasons", role: "group", "aria-label": `Why: ${name}` };
  return el("span", props, el("span", { textContent: "Why?" }), ...buttons, input);
}
