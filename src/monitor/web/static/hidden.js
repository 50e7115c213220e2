// What is set aside in this draft, why, how much it hides, and the way back; and what others say.

import { byId, el, plural } from "./dom.js";
import { reasonControls } from "./reasons.js";

/**
 * List the entries below the cards, and what comments in the draft silence; `countOf(entry)` says
 * how many findings each hides. `actions` has `titleOf(rule)`, `bringBack(entry)`, `giveReason(entry, reason)`.
 */
export function showHidden(entries, ignored, countOf, actions) {
  const node = byId("hidden");
  const hadFocus = node.contains(document.activeElement);
  const { id } = document.activeElement ?? {};
  node.hidden = entries.length + ignored.length === 0;
  if (node.hidden) node.open = false;
  byId("hidden-count").textContent = `Set aside in this draft: ${entries.length + ignored.length}`;
  if (document.activeElement?.matches("#hidden-list .reason")) return; // a reason is being written
  byId("hidden-list").replaceChildren(
    ...entries.map((entry) => row(entry, countOf(entry), actions)),
    ...ignored.map((finding) => commentRow(finding, actions)),
  );
  if (hadFocus && id) byId(id)?.focus({ preventScroll: true });
  if (hadFocus && !node.contains(document.activeElement)) {
    (node.hidden ? byId("flags") : node.querySelector("summary")).focus({ preventScroll: true });
  }
}

function row(entry, count, actions) {
  const name = entry.rule ? `Rule: ${actions.titleOf(entry.rule)}` : `“${entry.words}”`;
  const now = entry.rule ? ` (${plural(count, "flag")})` : count ? "" : " (not in the draft now)";
  const bringBack = el("button", {
    type: "button",
    textContent: "Bring back",
    "aria-label": `Bring back ${name}`,
    onclick: () => actions.bringBack(entry),
  });
  const head = el("span", { className: "hidden-name", dir: "auto", textContent: name + now });
  return el("li", {}, el("div", { className: "hidden-row" }, head, bringBack), reasonOf(entry, name, actions));
}

function reasonOf(entry, name, actions) {
  const shown = entry.reason ? `Reason: ${entry.reason}` : "No reason given";
  const change = el("button", {
    type: "button",
    id: `reason-${entry.id}`,
    className: "quiet",
    textContent: entry.reason ? "Change" : "Give one",
    "aria-label": `${entry.reason ? "Change" : "Give one"}: the reason for ${name}`,
    onclick: () => {
      const controls = reasonControls(name, entry.reason, (reason) => {
        line.replaceChildren(said, change);
        change.focus({ preventScroll: true });
        actions.giveReason(entry, reason);
      });
      line.replaceChildren(controls);
      controls.querySelector("button").focus({ preventScroll: true });
    },
  });
  const said = el("span", { dir: "auto", textContent: `${shown}. ` });
  const line = el("div", { className: "hidden-reason" }, said, change);
  return line;
}

/** What a comment in the source silences is brought back where the comment stands. */
function commentRow({ match, rule, reason }, { titleOf }) {
  const name = `“${match}” (${titleOf(rule)})`;
  return el(
    "li",
    {},
    el("span", { className: "hidden-name", dir: "auto", textContent: name }),
    el("div", { className: "hidden-reason", dir: "auto", textContent: `By a comment in the draft: ${reason}` }),
  );
}

/** List what was left alone since others say it, each place with the way to it. */
export function showSilenced(places, { titleOf, showEvidence }) {
  byId("silenced").hidden = places.length === 0;
  if (places.length === 0) byId("silenced").open = false;
  byId("silenced-count").textContent = `${plural(places.length, "wording")} in what others say left alone`;
  const rows = places.map((place) =>
    el(
      "li",
      {},
      el("button", {
        type: "button",
        className: "place-button",
        dir: "auto",
        textContent: `“${place.words}”`,
        title: "Show in the draft",
        onclick: () => showEvidence(place),
      }),
      el("span", { textContent: titleOf(place.rule) }),
    ),
  );
  byId("silenced-list").replaceChildren(...rows);
}

/** Offer to take the last step back, after `more` to say of it; without `words` nothing is offered. */
export function offerUndo(words, undo, more = null) {
  const node = byId("undo");
  node.hidden = !words;
  node.replaceChildren();
  if (!words) return;
  const button = el("button", { type: "button", textContent: "Undo", onclick: undo });
  node.append(...[el("span", { dir: "auto", textContent: words }), more, button].filter(Boolean));
}
