// Elements are made here and nowhere else; outside text becomes text nodes, never markup.

/** Make an element; `props` are set as properties, `aria-*`, `data-*` and `role` as attributes. */
export function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (/^(aria-|data-|role$)/.test(key)) node.setAttribute(key, value);
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node[key] = value;
  }
  node.append(...children.filter(Boolean));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Give a file, made in the browser or answered, to whoever looks at the page. */
export function save(blob, name) {
  const href = URL.createObjectURL(blob);
  el("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may still be reading it
}

/** "1 flag", "2 flags". */
export const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** A link for http(s) addresses, else plain text: an address is outside text too. */
export function link(url, text) {
  const safe = /^https?:\/\//i.test(url ?? "");
  return safe
    ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer", textContent: text })
    : el("span", { textContent: text });
}

const GLYPHS = { error: "✕", warning: "!", suggestion: "i" };

export function badge(severity) {
  return el(
    "span",
    { className: `badge ${severity}` },
    el("span", { "aria-hidden": "true", textContent: GLYPHS[severity] ?? "•" }),
    ` ${severity}`,
  );
}
