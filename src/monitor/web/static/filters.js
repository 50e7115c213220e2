// Buttons that say which flags are shown: all, or those of one severity.

import { badge, el } from "./dom.js";
import { SEVERITIES } from "./findings.js";

/**
 * Fill `node` with a button for all and one for each severity, there only where there is more than
 * one; `counts` are flags by severity, `only` the one shown, `show(severity)` is asked to show one,
 * all with an empty name. Focus stays on the button that had it.
 */
export function showFilters(node, counts, only, show) {
  const focused = node.contains(document.activeElement) && document.activeElement.dataset.filter;
  const used = SEVERITIES.filter((severity) => counts[severity] > 0);
  node.hidden = used.length < 2;
  if (node.hidden) return node.replaceChildren();
  const chosen = used.includes(only) ? only : "";
  const total = used.reduce((sum, severity) => sum + counts[severity], 0);
  const filter = (name, ...content) =>
    el(
      "button",
      {
        type: "button",
        className: "filter",
        "data-filter": name,
        "aria-pressed": String(name === chosen),
        onclick: () => show(name),
      },
      ...content,
    );
  const one = (severity) => filter(severity, badge(severity), ` ${counts[severity]}`);
  const buttons = [filter("", `All ${total}`), ...used.map(one)];
  node.replaceChildren(...buttons);
  buttons.find((button) => button.dataset.filter === focused)?.focus();
}
