// The report of a check: the draft with numbered marks, its flags with their sources, what was
// taken and what was set aside and why. It is made of elements, so all words stay words; the same
// elements are printed, and written into a file of their own.

import { badge, el, link, plural } from "./dom.js";
import { group, sureness } from "./findings.js";

/**
 * Return the report as an element. `data` has the `texts` by field, the `problems` shown, `taken`,
 * `aside` (`{name, reason, count}`), `ignored` findings, `people` as `peopleForReport` gives them, the `answer`, `guidelines` (stamps),
 * `titleOf(rule)`, `guidelineOf(finding)`, the `date` and notes: `stale`, `folded` (how many less sure flags are left out).
 */
export function makeReport(data) {
  const problems = data.problems.map((problem, n) => ({ ...problem, number: n + 1 }));
  return el(
    "main",
    { className: "report" },
    el("h1", { textContent: "A draft, checked" }),
    facts(data),
    section("The draft", draftOf(data.texts, problems)),
    section(`Flags: ${problems.length}`, flagsOf(problems, data)),
    section("People in this draft", peopleOf(data)),
    section("Suggestions taken", takenOf(data.taken)),
    section("Set aside", asideOf(data)),
    section("The draft as a whole", scorecardOf(data)),
  );
}

function section(title, inside) {
  return inside && el("section", {}, el("h2", { textContent: title }), inside);
}

const line = (name, words) => [el("dt", { textContent: name }), el("dd", { dir: "auto", textContent: words })];

function facts({ answer, date, guidelines, folded, stale }) {
  const { coverage } = answer;
  const unchecked = [...new Set((answer.unchecked ?? []).map(({ kind }) => kind))];
  return el(
    "dl",
    { className: "facts" },
    ...line("Checked", date),
    ...line("Guideline", guidelines.join(", ")),
    ...line("Words", String(answer.words)),
    ...(answer.country ? line("Country", [answer.country.name, answer.country.note].filter(Boolean).join(". ")) : []),
    ...(coverage.note ? line("Note", coverage.note) : []),
    ...(unchecked.length ? line("Not checked", unchecked.join(", ")) : []),
    ...(folded ? line("Not listed", `${plural(folded, "flag")} less sure`) : []),
    ...(stale ? line("Changed", "The draft was changed after the check; its flags may be others.") : []),
  );
}

// The draft ------------------------------------------------------------------------------------

function draftOf(texts, problems) {
  const of = (field) => pieces(texts[field], problems.filter((problem) => problem.field === field));
  const title = texts.title.trim() ? el("h3", { dir: "auto" }, ...of("title")) : null;
  return el("div", { className: "draft" }, title, el("div", { className: "text", dir: "auto" }, ...of("text")));
}

/** The text with what is flagged in marks, and the flag's number after each. Marks may overlap. */
function pieces(text, problems) {
  const edges = [...new Set([0, text.length, ...problems.flatMap(({ start, end }) => [start, end])])];
  edges.sort((a, b) => a - b);
  return edges.flatMap((start, n) => {
    const end = edges[n + 1];
    if (end === undefined) return [];
    const words = text.slice(start, end);
    const over = problems.filter((p) => p.start <= start && p.end >= end);
    const numbers = problems.filter((p) => p.end === end).map(({ number }) => number);
    const shortest = over.toSorted((a, b) => a.end - a.start - (b.end - b.start))[0];
    const kind = shortest?.severity;
    return [
      kind ? el("mark", { className: kind, textContent: words }) : document.createTextNode(words),
      ...numbers.map((number) => el("sup", { textContent: `[${number}]` })),
    ];
  });
}

// The flags ------------------------------------------------------------------------------------

function flagsOf(problems, actions) {
  if (!problems.length) return el("p", { textContent: "None." });
  const entries = group(problems).map(({ places, severity }) => {
    const [first] = places;
    const numbers = el("strong", { textContent: `${places.map(({ number }) => `[${number}]`).join(" ")} ` });
    // Of people it speaks by number: a name that is taken out of the draft is then in no report.
    const who = first.parts.find(({ by_place: said }) => said)?.person;
    const words = who ? el("span", { textContent: ` Person ${who}` }) : el("q", { dir: "auto", textContent: first.words });
    return el(
      "li",
      { className: `flag ${severity}` },
      el("p", { className: "flag-head" }, numbers, badge(severity), words),
      ...onePerRule(first.parts).flatMap((part) => ruleOf(part, actions)),
    );
  });
  return el("ol", { className: "flags" }, ...entries);
}

const onePerRule = (parts) => parts.filter((part, n) => parts.findIndex(({ rule }) => rule === part.rule) === n);

function ruleOf(part, { titleOf, guidelineOf }) {
  const named = guidelineOf(part) ? ` (${guidelineOf(part)})` : "";
  const said = sureness(part.confidence);
  const instead = part.suggestions.map((wording) => `“${wording || "(leave out)"}”`).join(", ");
  const sources = part.sources.map(({ url, title, section }) => {
    const address = url ? el("span", { className: "url", textContent: ` ${url}` }) : null;
    return el("li", {}, link(url, title), section ? `, ${section}` : null, address);
  });
  return [
    el("p", { className: "rule" }, `${titleOf(part.rule)} · ${part.rule}${named}`),
    el("p", { dir: "auto", textContent: part.by_place ?? part.message }),
    instead ? el("p", { dir: "auto", textContent: `Write instead: ${instead}` }) : null,
    el("p", { className: "why", textContent: said ? `${part.why} ${said}` : part.why }),
    el("ul", { className: "sources" }, ...sources),
  ].filter(Boolean);
}

const SAID = [["minor", "under 18", "not under 18"], ["consent", "consent in writing", "no consent in writing"]];

/** Who is told of, by number and line, with what the reporter said and what is open. */
function peopleOf({ people: { people, ofDraft } }) {
  if (!people.length) return null;
  const rows = people.map(({ number, line, role, said, open }) => {
    const answers = SAID.flatMap(([name, yes, no]) => (name in said ? [said[name] ? yes : no] : []));
    const told = [said.role ? `${role}, as the reporter says` : `${role}, as read`, ...answers].join(", ");
    const rest = open.length ? `to decide: ${open.join(", ")}` : "nothing open";
    return el("li", {}, el("strong", { textContent: `Person ${number}` }), ` (line ${line}): ${told}; ${rest}`);
  });
  const asked = ofDraft.map(({ words, yes }) =>
    el("li", { textContent: `${words} ${yes === undefined ? "Not answered" : yes ? "Yes" : "No"}` }),
  );
  return el("ul", {}, ...rows, ...asked);
}

function takenOf(taken) {
  if (!taken.length) return null;
  const rows = taken.map(({ words, wording, rule }) =>
    el("li", { dir: "auto" }, `“${words}” → ${wording ? `“${wording}”` : "left out"} (${rule})`),
  );
  return el("ul", {}, ...rows);
}

function asideOf({ aside, ignored }) {
  if (!aside.length && !ignored.length) return null;
  const rows = [
    ...aside.map(({ name, reason, count }) => [name, reason, `${plural(count, "flag")}, by the reporter`]),
    ...ignored.map(({ rule, match, person, reason }) => [`${person ? `Person ${person}` : `“${match}”`} (${rule})`, reason, "by a comment in the draft"]),
  ];
  return el(
    "ul",
    {},
    ...rows.map(([name, reason, by]) => el("li", { dir: "auto" }, `${name}, ${by}. Reason: ${reason || "none given"}`)),
  );
}

const MET = new Map([[true, "in order"], [false, "needs attention"]]);

function scorecardOf({ answer, titleOf }) {
  if (!answer.scorecard.length) return null;
  const of = (met) => answer.scorecard.filter((entry) => entry.met === met);
  const rows = [...of(false), ...of(true)].map(({ item, met, reason }) =>
    el("li", {}, el("strong", { textContent: MET.get(met) }), `: ${titleOf(item)} (${reason})`),
  );
  const unjudged = of(null).map(({ item }) => titleOf(item));
  if (unjudged.length) rows.push(el("li", {}, el("strong", { textContent: "not judged" }), `: ${unjudged.join("; ")}`));
  return el("ul", {}, ...rows);
}

/** A whole HTML document that needs nothing else and may load nothing. */
export function fileOf(report, css) {
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    "<title>A draft, checked</title>",
    `<style>\n${css}</style>`,
  ];
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.join("\n")}\n</head>\n<body>\n${report.outerHTML}\n</body>\n</html>\n`;
}
