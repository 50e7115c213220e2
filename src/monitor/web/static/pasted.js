// Turns the HTML that Word, Google Docs, mail programs and browsers put on the clipboard into text
// with its paragraphs, and into Markdown where it has links, headings or lists. Pure. Bold, italics,
// colours and pictures are left out: a check needs none, and markup inside a phrase would keep its
// wording from being replaced. So are deleted words, comments and whatever is not shown.

import { escapeMark, escapeText } from "./markdown.js";
import { tokens } from "./tokens.js";

const PARAGRAPH = /^(p|h[1-6]|blockquote|pre|figure|figcaption|table|tr|td|th|caption|dl|hr)$/;
const BLOCK = /^(div|section|article|header|footer|main|aside|nav|address|dt|dd|form|fieldset|body|html|center)$/;
const EMPTY = /^(br|hr|img|input|meta|link|col|wbr|area|base|embed|source|track|param)$/;
const LEFT_OUT = /^(script|style|title|xml|del|template|svg|math|object|select|button|noscript|textarea|iframe)$/;
const NOT_SHOWN = /(^|;)\s*(display\s*:\s*none|mso-hide\s*:\s*all|mso-element\s*:\s*comment)/i;
const REMARK = /(^|\s)(msodel|msocomanchor|msocomoff|msocommentreference|msocommenttext)(\s|$)/i;
const IGNORED = /mso-list\s*:\s*ignore/i;
const LEVEL = /mso-list\s*:[^;]*\blevel(\d)/i;
const WORD_STEP = 3; // columns that a level of Word's lists is moved in, enough below "1. "
const BLANKS = /[ \t\r\n\f]+/g;
const EDGES = /^[ \t\n\u00a0]+|[ \t\n\u00a0]+$/g;

/**
 * Return `{plain, markdown, isRich, blocks, links}`: the text without any mark, as Markdown, whether
 * Markdown has what plain text has not, and how many paragraphs and links there are.
 */
export function readPasted(html) {
  const reader = new Reader();
  for (const token of tokens(fragmentOf(html))) reader.take(token);
  reader.end();
  const { blocks } = reader;
  const links = blocks.flatMap(({ runs }) => runs).filter(({ url, text }) => url && text.trim()).length;
  const isRich = links > 0 || blocks.some(({ heading, marker }) => heading || marker);
  const join = (write) => blocks.map((block, n) => (n ? "\n".repeat(block.gap) : "") + write(block)).join("");
  return { plain: join(plainOf), markdown: join(markdownOf), isRich, blocks: blocks.length, links };
}

function fragmentOf(html) {
  const [start, end] = [html.indexOf("<!--StartFragment-->"), html.lastIndexOf("<!--EndFragment-->")];
  return start >= 0 && end > start ? html.slice(start, end) : html;
}

/** Follows the tags; what is shown as one paragraph becomes one block of runs. */
class Reader {
  constructor() {
    this.blocks = [];
    this.lists = []; // the open ones, `{ordered, next, width}`
    this.runs = [];
    this.url = "";
    this.heading = 0;
    this.item = null; // what stands before the next block: `{marker, indent}`
    this.gap = 2;
    this.preserve = 0;
    this.skip = null; // `{name, depth}` of what is left out, with all in it
    this.label = null; // the bullet or number that Word writes out
  }

  take(token) {
    if (token.text !== undefined) this.write(token.text);
    else if (token.open) this.open(token.open, token.attributes);
    else this.close(token.close);
  }

  write(text) {
    if (this.label !== null) this.label += text;
    if (this.skip) return;
    const words = this.preserve ? text.replaceAll("\r", "") : text.replace(BLANKS, " ");
    const last = this.runs.at(-1);
    if (last && last.url === this.url && last.text !== "\n") last.text += words;
    else this.runs.push({ text: words, url: this.url });
  }

  open(name, attributes) {
    if (this.skip) {
      if (name === this.skip.name) this.skip.depth += 1;
      return;
    }
    const style = attributes.get("style") ?? "";
    const kind = attributes.get("class") ?? "";
    if (name === "br") this.breakLine();
    else if (!EMPTY.test(name) && (LEFT_OUT.test(name) || NOT_SHOWN.test(style) || REMARK.test(kind))) {
      this.skip = { name, depth: 1 };
    } else if (IGNORED.test(style)) {
      this.label = "";
      this.skip = { name, depth: 1 };
    } else if (name === "a" && attributes.has("href")) this.url = safeUrl(attributes.get("href"));
    else if (name === "ul" || name === "ol") this.openList(name === "ol", attributes);
    else if (name === "li") this.openItem();
    else if (PARAGRAPH.test(name)) this.openParagraph(name, kind, LEVEL.exec(style)?.[1]);
    else if (BLOCK.test(name)) this.break(1);
  }

  /** Two line breaks are what many programs write for a paragraph. */
  breakLine() {
    const seen = this.runs.findLast(({ text }) => text.trim() || text === "\n");
    if (seen?.text === "\n") this.break(2);
    else this.runs.push({ text: "\n", url: "" });
  }

  openParagraph(name, kind, level) {
    const isLabelled = level !== undefined; // a list item as Word writes them
    this.break(this.item || isLabelled ? 1 : 2);
    if (name === "pre") this.preserve += 1;
    const heading = /^h([1-6])$/.exec(name)?.[1] ?? (/^msotitle$/i.test(kind) ? "1" : "0");
    this.heading = Number(heading);
    if (isLabelled) this.item = { marker: "- ", indent: WORD_STEP * (level - 1) };
  }

  openList(ordered, attributes) {
    this.break(this.lists.length ? 1 : 2);
    this.lists.push({ ordered, next: Number.parseInt(attributes.get("start") ?? "1", 10) || 1, width: 2 });
  }

  openItem() {
    this.break(this.blocks.at(-1)?.marker ? 1 : this.gap);
    const list = this.lists.at(-1) ?? { ordered: false, next: 1, width: 2 };
    const marker = list.ordered ? `${list.next}. ` : "- ";
    list.next += 1;
    list.width = marker.length;
    this.item = { marker, indent: this.indent(this.lists.length - 1) };
  }

  /** The columns that the items of lists around take up. */
  indent(depth) {
    return this.lists.slice(0, Math.max(0, depth)).reduce((sum, { width }) => sum + width, 0);
  }

  close(name) {
    if (this.skip) {
      if (name !== this.skip.name) return;
      this.skip.depth -= 1;
      if (this.skip.depth) return;
      this.skip = null;
      if (this.label !== null) this.numbered();
      return;
    }
    if (name === "a") this.url = "";
    else if (name === "ul" || name === "ol") {
      this.break(this.lists.length > 1 ? 1 : 2);
      this.lists.pop();
    } else if (name === "li") {
      this.break(1);
      this.item = null;
    } else if (PARAGRAPH.test(name)) {
      this.break(this.lists.length ? 1 : 2);
      if (name === "pre" && this.preserve) this.preserve -= 1;
    } else if (BLOCK.test(name)) this.break(1);
  }

  /** Word's list items are paragraphs that say their level and begin with a label. */
  numbered() {
    const number = /^\s*(\d{1,9})[.)]/.exec(this.label)?.[1];
    this.label = null;
    if (this.item && number) this.item.marker = `${number}. `;
  }

  /** End the block; between it and the next one stand at least `gap` line breaks. */
  break(gap) {
    const runs = trimmed(this.runs);
    const isBlankLine = !runs.length && this.runs.some(({ text }) => text === "\n");
    this.runs = [];
    if (runs.length) {
      const { marker, indent } = this.item ?? { marker: "", indent: this.indent(this.lists.length) };
      const isNext = marker && this.blocks.at(-1)?.marker; // an item right after an item
      const isMore = !marker && this.lists.length; // of the same item
      const heading = marker ? 0 : this.heading;
      this.blocks.push({ runs, heading, marker, indent, gap: isNext ? 1 : isMore ? 2 : this.gap });
      this.item = null;
      this.gap = gap;
    } else this.gap = Math.max(this.gap, isBlankLine ? 2 : gap);
    this.heading = 0;
  }

  end() {
    this.break(2);
  }
}

/** Join and trim what stands in one block; empty where nothing is to be seen. */
function trimmed(runs) {
  const kept = runs.map((run) => ({ ...run }));
  while (kept.length && !kept[0].text.replace(EDGES, "")) kept.shift();
  while (kept.length && !kept.at(-1).text.replace(EDGES, "")) kept.pop();
  if (!kept.length) return kept;
  kept[0].text = kept[0].text.replace(/^[ \t\n\u00a0]+/, "");
  kept.at(-1).text = kept.at(-1).text.replace(/[ \t\n\u00a0]+$/, "");
  for (let n = 1; n < kept.length; n += 1) {
    // One blank where two runs have one each, none beside a line break.
    if (/[ \n]$/.test(kept[n - 1].text)) kept[n].text = kept[n].text.replace(/^ +/, "");
    if (kept[n].text === "\n") kept[n - 1].text = kept[n - 1].text.replace(/ +$/, "");
  }
  return kept.filter(({ text }) => text);
}

function plainOf({ runs }) {
  return runs.map(({ text }) => text).join("");
}

function markdownOf({ runs, heading, marker, indent }) {
  const words = runs.map((run) => (run.url ? linkOf(run) : escapeText(run.text))).join("");
  // An exclamation mark before a link would make a picture of it.
  const whole = words.replace(/!(?=\[[^\]]*\]\()/g, "\\!");
  const lines = whole.split("\n").map((line) => escapeMark(line.trim()));
  const before = " ".repeat(indent);
  if (heading) return `${before}${"#".repeat(heading)} ${lines.join(" ")}`;
  const under = before + " ".repeat(marker.length);
  return before + marker + lines.join(`  \n${under}`);
}

/** A link around words, with the blanks at its edges outside. */
function linkOf({ text, url }) {
  const words = text.trim();
  if (!words) return text;
  const [before, after] = [/^\s*/.exec(text)[0], /\s*$/.exec(text)[0]];
  const target = /[()\s]/.test(url) ? `<${url}>` : url;
  return `${before}[${escapeText(words.replace(/\s*\n\s*/g, " ")).replace(/(?<!\\)[[\]]/g, "\\$&")}](${target})${after}`;
}

/** An address that a link may lead to, else "": a script is no address, nor a place in the page. */
function safeUrl(href) {
  try {
    const url = new URL(href.trim());
    if (!/^(https?|mailto|tel):$/.test(url.protocol)) return "";
    const asked = /^(www\.)?google\.[a-z.]+$/.test(url.hostname) && url.pathname === "/url";
    const inner = asked ? (url.searchParams.get("q") ?? url.searchParams.get("url")) : null;
    return inner ? safeUrl(inner) : url.href.replaceAll("<", "%3C").replaceAll(">", "%3E");
  } catch {
    return "";
  }
}
