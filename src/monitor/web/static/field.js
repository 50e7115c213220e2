// A textarea over a mirror of its text. The textarea keeps editing, undo and accessibility native
// and its value exact; the mirror, laid out the same below it, carries the highlights.

export class Field {
  constructor(name, root) {
    this.name = name;
    this.root = root;
    this.input = root.querySelector("textarea");
    this.mirror = root.querySelector(".mirror");
    this.text = document.createTextNode("");
    // A last line break shows as a line in a textarea, in a block only if something follows it.
    this.mirror.append(this.text, document.createTextNode("\u200b"));
    this.sync();
  }

  get value() {
    return this.input.value;
  }

  /** Copy the textarea's text to the mirror, which gives the field its height. */
  sync() {
    if (this.text.data !== this.input.value) this.text.data = this.input.value;
  }

  set(value) {
    this.input.value = value;
    this.sync();
  }

  /** Empty the field such that undo brings nothing back: a new textarea has no past. */
  forget() {
    const fresh = this.input.cloneNode();
    fresh.value = "";
    this.input.replaceWith(fresh);
    this.input = fresh;
    this.sync();
  }

  range(start, end) {
    const range = document.createRange();
    range.setStart(this.text, Math.min(start, this.text.length));
    range.setEnd(this.text, Math.min(end, this.text.length));
    return range;
  }

  /** Replace a stretch such that the browser's undo takes it back. */
  replace(start, end, replacement) {
    this.input.focus({ preventScroll: true });
    this.input.setSelectionRange(start, end);
    const done = replacement
      ? document.execCommand("insertText", false, replacement)
      : start === end || document.execCommand("delete");
    if (!done) {
      this.input.setRangeText(replacement, start, end, "end");
      this.input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }
}
