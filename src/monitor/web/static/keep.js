// What a draft is kept in: the tab's memory, and only where the reporter ticks the box the tab's
// session storage, which browsers may write to their disk to restore a session.

const NAME = "draft";
const WRITE_MS = 400;

export class Keeper {
  /** `box` is the check box, `read()` gives what is to be kept, null where there is nothing. */
  constructor(box, read, refused) {
    this.box = box;
    this.read = read;
    this.refused = refused;
    this.timer = 0;
    this.box.checked = stored() !== null;
    this.box.addEventListener("change", () => (this.box.checked ? this.write() : this.forget()));
    window.addEventListener("beforeunload", (event) => {
      if (this.box.checked) this.write();
      if (this.box.checked || !this.read()) return;
      event.preventDefault(); // the browser asks, in its own words
      event.returnValue = true; // older ones need this
    });
    for (const name of ["pagehide", "visibilitychange"]) {
      window.addEventListener(name, () => this.box.checked && this.write());
    }
  }

  /** What the tab kept over a reload, or null. It was on a disk, so all of it is looked at. */
  restore() {
    try {
      const { title, text, country, format, aside, onTopic } = JSON.parse(stored());
      const strings = [title, text, country, format].every((value) => typeof value === "string");
      return strings ? { title, text, country, format, aside, onTopic: onTopic === true } : null;
    } catch {
      return null;
    }
  }

  changed() {
    clearTimeout(this.timer);
    if (this.box.checked) this.timer = setTimeout(() => this.write(), WRITE_MS);
  }

  write() {
    clearTimeout(this.timer);
    const kept = this.read();
    try {
      if (kept) sessionStorage.setItem(NAME, JSON.stringify(kept));
      else erase();
    } catch {
      this.box.checked = false;
      erase();
      this.refused();
    }
  }

  /** Empty the storage; the box is left as the reporter set it. */
  forget() {
    clearTimeout(this.timer);
    erase();
  }
}

function stored() {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null; // storage is switched off
  }
}

function erase() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // then nothing was kept either
  }
}
