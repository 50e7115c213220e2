// Cuts pasted HTML into tags and texts. Our own, since the browser's parsers take no string under
// our content policy (Trusted Types), and since what is never a document can neither run nor load.

import { decode } from "./entities.js";

const RAW = /^(script|style|title|textarea|xmp|iframe|noembed|noframes|plaintext)$/;
const NAME = /[^\s/>]+/y;
const ATTRIBUTE = /[\s/]*([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/y;

/**
 * Yield what `html` holds, in order: `{text}`, `{open, attributes}` and `{close}`, names in small
 * letters. Comments, declarations and the insides of scripts and styles are left out.
 */
export function* tokens(html) {
  let at = 0;
  while (at < html.length) {
    const next = html.indexOf("<", at);
    const end = next < 0 ? html.length : next;
    if (end > at) yield { text: decode(html.slice(at, end)) };
    if (next < 0) return;
    if (html.startsWith("<!--", next)) at = after(html, "-->", next + 2);
    else if (/^<\/[a-z]/i.test(html.slice(next, next + 3))) {
      yield { close: match(NAME, html, next + 2)[0].toLowerCase() };
      at = after(html, ">", next);
    } else if (/[!?/]/.test(html[next + 1] ?? "")) at = after(html, ">", next);
    else if (/[a-z]/i.test(html[next + 1] ?? "")) {
      const tag = openTag(html, next + 1);
      yield tag.token;
      at = RAW.test(tag.token.open) ? rawEnd(html, tag.token.open, tag.end) : tag.end;
    } else {
      yield { text: "<" };
      at = next + 1;
    }
  }
}

function openTag(html, start) {
  const open = match(NAME, html, start)[0];
  const attributes = new Map();
  let at = start + open.length;
  for (;;) {
    const found = match(ATTRIBUTE, html, at);
    if (!found) break;
    const value = found[2] ?? found[3] ?? found[4] ?? "";
    const name = found[1].toLowerCase();
    if (!attributes.has(name)) attributes.set(name, decode(value));
    at = ATTRIBUTE.lastIndex;
  }
  return { token: { open: open.toLowerCase(), attributes }, end: after(html, ">", at) };
}

function match(pattern, html, at) {
  pattern.lastIndex = at;
  return pattern.exec(html);
}

/** Where what follows the next `mark` begins; the end where there is none. */
function after(html, mark, from) {
  const found = html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}

function rawEnd(html, name, from) {
  const end = new RegExp(`</${name}`, "gi");
  end.lastIndex = from;
  return end.test(html) ? end.lastIndex - name.length - 2 : html.length;
}
