// Buttons that say which flags are shown: the surer ones or all, and without which severity.

import { badge, el } from "./dom.js";
import { SEVERITIES } from "./findings.js";

/**
 * Fill `node` with what `view` says: `sure` and `all` are numbers of flags, `more` whether all are
 * shown, `counts` those by severity, `hidden` severities left out. `actions` has `showMore(more)`,
 * `toggle(severity)`. Focus stays on the button that had it.
 */
export function showFilters(node, view, actions) {
  const focused = node.contains(document.activeElement) && document.activeElement.dataset.filter;
  const buttons = [...sureButtons(view, actions), ...severityButtons(view, actions)];
  node.hidden = buttons.length === 0;
  node.replaceChildren(...buttons);
  buttons.find((button) => button.dataset.filter === focused)?.focus();
}

/** Two buttons of which one is pressed; there only where they show different flags. */
function sureButtons({ sure, all, more }, { showMore }) {
  if (sure === all) return [];
  return [
    filter("fewer", !more, () => showMore(false), `Fewer, surer ${sure}`),
    filter("more", more, () => showMore(true), `More ${all}`),
  ].map((button) => {
    button.classList.add("choice");
    return button;
  });
}

/** One button for each severity; there only where there is more than one. */
function severityButtons({ counts, hidden }, { toggle }) {
  const used = SEVERITIES.filter((severity) => counts[severity] > 0);
  if (used.length < 2) return [];
  return used.map((severity) =>
    filter(
      severity,
      !hidden.has(severity),
      () => toggle(severity),
      badge(severity),
      ` ${counts[severity]}`,
    ),
  );
}

function filter(name, pressed, onclick, ...content) {
  return el(
    "button",
    {
      type: "button",
      className: "filter",
      "data-filter": name,
      "aria-pressed": String(pressed),
      onclick,
    },
    ...content,
  );
}
