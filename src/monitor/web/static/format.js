// Recognises source text that was pasted as if it were plain.

export const FORMAT_NAMES = { md: "Markdown", html: "HTML" };

const TAG = /<(p|div|h[1-6]|ul|ol|li|a|strong|em|b|i|span|article|section|blockquote|figure|body)\b[^<>]*>/gi;
const END = /<\/(p|div|h[1-6]|ul|ol|li|a|strong|em|b|i|span|article|section|blockquote|figure|body)>/gi;
const SIGNS = [
  [/^ {0,3}#{1,6} +\S/m, 2],
  [/\[[^\]\n]+\]\(<?[^\s)]+[^)\n]*\)/, 2],
  [/(^|[\s(“"])(\*\*|__)(?=\S)[^\n]*?\S\2/m, 1],
  [/^ {0,3}(```|~~~)/m, 2],
  [/^ {0,3}> ?\S/m, 1],
  [/^ {0,3}([-*+]|\d+[.)]) +\S[^\n]*\n+ {0,3}([-*+]|\d+[.)]) +\S/m, 1],
  [/^[^\n]*\S\n(=+|-{3,}) *$/m, 1],
];

/** "html", "md", or "" for plain text. One sign alone is often chance: a dash, a number, a star. */
export function looksLike(text) {
  if (/^\s*<(!doctype html|html)\b/i.test(text)) return "html";
  const tags = text.match(TAG)?.length ?? 0;
  if (tags >= 2 && (text.match(END)?.length ?? 0) >= 2) return "html";
  const weight = SIGNS.reduce((sum, [sign, points]) => sum + (sign.test(text) ? points : 0), 0);
  return weight >= 2 ? "md" : "";
}
