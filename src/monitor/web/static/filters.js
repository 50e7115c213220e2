// Buttons that leave out a severity; there only where there is more than one.

import { badge, el } from "./dom.js";
import { SEVERITIES } from "./findings.js";

/** Fill `node`; focus stays on the button that had it. */
export function showFilters(node, counts, hidden, toggle) {
  const used = SEVERITIES.filter((severity) => counts[severity] > 0);
  const focused = node.contains(document.activeElement) && document.activeElement.dataset.severity;
  const buttons = used.map((severity) =>
    el(
      "button",
      {
        type: "button",
        className: "filter",
        "data-severity": severity,
        "aria-pressed": String(!hidden.has(severity)),
        onclick: () => toggle(severity),
      },
      badge(severity),
      ` ${counts[severity]}`,
    ),
  );
  node.hidden = used.length < 2;
  node.replaceChildren(...buttons);
  buttons.find((button) => button.dataset.severity === focused)?.focus();
}
