// Markdown as far as this page writes it: escaping what is no mark, and turning a draft into HTML
// for the clipboard. The HTML is a string for other programs; it is never put into this page.

/** Text such that Markdown reads it as it stands, for any place in a line. */
export const escapeText = (text) =>
  text
    .replace(/\\(?=[!-/:-@[-`{-~])/g, "\\\\")
    .replace(/`/g, "\\`")
    .replace(/\*(?=\S)|(?<=\S)\*/g, "\\*")
    .replace(/~(?=~)/g, "\\~")
    .replace(/(?<![\p{L}\p{N}_])_(?=\S)|(?<=\S)_(?![\p{L}\p{N}_])/gu, "\\_")
    .replace(/<(?=[a-z!?/])/gi, "\\<")
    .replace(/&(?=#?\w{1,32};)/g, "\\&")
    .replace(/\[(?=[^[\]]*\](?:\(|\[|:))/g, "\\[");

/** A line such that what it begins with is no mark of a heading, list, quotation or rule. */
export const escapeMark = (line) =>
  line
    .replace(/^(?:#{1,6}(?=\s|$)|>|[-+*](?=\s)|~{3}|=+\s*$|-+\s*$|(?:[-*_]\s*){3,}$)/, "\\$&")
    .replace(/^(\d{1,9})(?=[.)](?:\s|$))/, "$1\\");

export const escapeHtml = (text) =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Plain text as HTML: a blank line parts paragraphs, a line break stays one. */
export const plainToHtml = (text) =>
  paragraphs(text)
    .map((lines) => `<p>${lines.map((line) => escapeHtml(line)).join("<br>\n")}</p>`)
    .join("\n");

const paragraphs = (text) =>
  text
    .split(/\n(?:[ \t]*\n)+/)
    .map((part) => part.replace(/^\n+|\s+$/g, ""))
    .filter(Boolean)
    .map((part) => part.split("\n"));

const ITEM = /^( *)([-+*]|\d{1,9}[.)])[ \t]+(.*)$/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;

/** Markdown as HTML: headings, paragraphs, nested lists, quotations, links, emphasis, breaks. */
export function markdownToHtml(source) {
  const lines = source.replace(/^---\n[\s\S]*?\n---\n/, "").replace(/<!--[\s\S]*?-->/g, "").split("\n");
  const out = [];
  const lists = []; // the open ones, `{name, indent}`
  let open = []; // the lines of the paragraph that is read
  const flush = () => {
    if (open.length) out.push(lists.length ? `${inline(open)}` : `<p>${inline(open)}</p>`);
    open = [];
  };
  const closeLists = (indent) => {
    while (lists.length && lists.at(-1).indent > indent) out.push(`</li></${lists.pop().name}>`);
  };
  let blank = false;
  for (const line of lines) {
    const item = ITEM.exec(line);
    const heading = HEADING.exec(line);
    const isBlank = !line.trim();
    if (isBlank) flush();
    else if (heading) {
      flush();
      closeLists(-1);
      out.push(`<h${heading[1].length}>${inline([heading[2]])}</h${heading[1].length}>`);
    } else if (item && (blank || lists.length || !open.length)) {
      flush();
      const [, { length: indent }, mark, rest] = item;
      closeLists(indent);
      const name = /\d/.test(mark) ? "ol" : "ul";
      if (lists.at(-1)?.indent === indent && lists.at(-1).name !== name) closeLists(indent - 1);
      if (lists.at(-1)?.indent === indent) out.push("</li>");
      else {
        lists.push({ name, indent });
        out.push(name === "ol" && parseInt(mark, 10) !== 1 ? `<ol start="${parseInt(mark, 10)}">` : `<${name}>`);
      }
      out.push("<li>");
      open = [rest];
    } else {
      if (blank && lists.length && !line.startsWith(" ")) closeLists(-1);
      else if (blank && lists.length) out.push("<br>");
      open.push(line.trimStart().replace(lists.length ? "" : /^>[ ]?/, ""));
    }
    blank = isBlank;
  }
  flush();
  closeLists(-1);
  return out.join("\n");
}

const INLINE =
  /\\([!-/:-@[-`{-~])|(`+)([^`]|[^`][\s\S]*?[^`])\2(?!`)|!?\[((?:\\.|[^[\]\\])*)\]\((?:<([^<>\n]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:\s+"[^"]*")?\)|<((?:https?:\/\/|mailto:)[^\s<>]+)>|(\*\*|__)(?=\S)([\s\S]*?\S)\8(?![*_])|(\*|(?<![\p{L}\p{N}])_)(?=\S)([\s\S]*?\S)\10/gu;

/** The marks inside a paragraph; everything else is escaped. */
function inline(lines) {
  return marked(lines.join("\n").trimEnd()).replace(/(?: {2,}|\\)\n/g, "<br>\n");
}

function marked(text) {
  let out = "";
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    out += escapeHtml(text.slice(at, found.index)) + markOf(found);
    at = found.index + found[0].length;
  }
  return out + escapeHtml(text.slice(at));
}

function markOf([whole, sign, , code, words, closed, bare, auto, , strong, , weak]) {
  if (sign) return escapeHtml(sign);
  if (code !== undefined) return `<code>${escapeHtml(code.trim())}</code>`;
  if (words !== undefined) return anchor(closed ?? bare, whole.startsWith("!") ? null : marked(words));
  if (auto) return anchor(auto, escapeHtml(auto.replace(/^mailto:/, "")));
  return strong === undefined ? `<em>${marked(weak)}</em>` : `<strong>${marked(strong)}</strong>`;
}

/** A link to an address of the web or of mail; else its words alone. Pictures have no words. */
function anchor(url, inside) {
  if (inside === null) return "";
  const safe = /^(https?:\/\/|mailto:|tel:)/i.test(url);
  return safe ? `<a href="${escapeHtml(url)}">${inside}</a>` : inside;
}
