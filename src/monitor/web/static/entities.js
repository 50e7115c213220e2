// Character references of pasted HTML. Word, Google Docs and LibreOffice write the names below and
// numbers; a name that is not known stays as it stands.

const LATIN_1 =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn " +
  "sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave " +
  "Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml " +
  "ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN " +
  "szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave " +
  "iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc " +
  "uuml yacute thorn yuml";

const NAMED = new Map([
  ...LATIN_1.split(" ").map((name, n) => [name, String.fromCharCode(160 + n)]),
  ...Object.entries({
    amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", Tab: "\t", NewLine: "\n",
    OElig: "Œ", oelig: "œ", Scaron: "Š", scaron: "š", Yuml: "Ÿ", fnof: "ƒ", circ: "ˆ", tilde: "˜",
    ensp: "\u2002", emsp: "\u2003", thinsp: "\u2009", zwnj: "\u200c", zwj: "\u200d",
    lrm: "\u200e", rlm: "\u200f", ndash: "–", mdash: "—", lsquo: "‘", rsquo: "’", sbquo: "‚",
    ldquo: "“", rdquo: "”", bdquo: "„", dagger: "†", Dagger: "‡", bull: "•", hellip: "…",
    permil: "‰", prime: "′", Prime: "″", lsaquo: "‹", rsaquo: "›", euro: "€", trade: "™",
    larr: "←", uarr: "↑", rarr: "→", darr: "↓", minus: "−", ne: "≠", le: "≤", ge: "≥", infin: "∞",
  }),
]);

/** What Windows' code page has where Unicode has control characters: old files number them so. */
const WINDOWS = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

const REFERENCE = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]*));?/g;

export const decode = (text) =>
  text.includes("&")
    ? text.replace(REFERENCE, (whole, decimal, hex, name) =>
        name ? named(whole, name) : character(Number.parseInt(decimal ?? hex, decimal ? 10 : 16)),
      )
    : text;

/** `&copy` without its semicolon is more often part of an address than a sign. */
const named = (whole, name) => (whole.endsWith(";") ? (NAMED.get(name) ?? whole) : whole);

function character(code) {
  if (code >= 0x80 && code < 0xa0) return WINDOWS[code - 0x80];
  const none = code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
  return none ? "\ufffd" : String.fromCodePoint(code);
}
