// The small panel at a flagged word: on hover, and when the caret stands in the word. It can be
// hovered itself, and Escape closes it.

import { badge, el, plural } from "./dom.js";

const LINGER_MS = 250;

export class Tip {
  constructor(node, container, actions) {
    this.node = node;
    this.container = container;
    this.actions = actions;
    this.finding = null;
    node.addEventListener("pointerenter", () => clearTimeout(this.timer));
    node.addEventListener("pointerleave", () => this.hideSoon());
  }

  /** Show `finding` at `rect`, a rectangle in window coordinates. */
  show(finding, rect) {
    clearTimeout(this.timer);
    if (this.finding === finding) return;
    this.finding = finding;
    this.node.replaceChildren(...this.content(finding));
    this.node.hidden = false;
    this.place(rect);
  }

  place(rect) {
    const box = this.container.getBoundingClientRect();
    const left = Math.min(rect.left - box.left, box.width - this.node.offsetWidth - 8);
    const below = rect.bottom + this.node.offsetHeight + 16 < window.innerHeight;
    const top = below ? rect.bottom - box.top + 6 : rect.top - box.top - this.node.offsetHeight - 6;
    this.node.style.left = `${Math.max(8, left)}px`;
    this.node.style.top = `${top}px`;
  }

  hideSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), LINGER_MS);
  }

  hide() {
    clearTimeout(this.timer);
    this.finding = null;
    this.node.hidden = true;
    this.node.replaceChildren(); // words of the draft are in it
  }

  content(finding) {
    const offered = finding.replaceable ? finding.suggestions.slice(0, 3) : [];
    const wordings = offered.map((wording) =>
      el("button", {
        type: "button",
        className: "suggestion",
        dir: "auto",
        textContent: wording || "(leave out)",
        onclick: () => this.actions.apply(finding, wording),
      }),
    );
    const more = finding.suggestions.length - wordings.length;
    const source = finding.sources[0];
    return [
      el("p", {}, badge(finding.severity), " ", finding.message),
      wordings.length ? el("p", { className: "tip-suggestions" }, ...wordings) : null,
      source ? el("p", { className: "tip-source", textContent: source.title }) : null,
      el("button", {
        type: "button",
        className: "plain",
        textContent: more > 0 ? `${plural(more, "more wording")}, why, sources` : "Why, sources",
        onclick: () => this.actions.open(finding),
      }),
    ].filter(Boolean);
  }
}
