// The draft and all that is known of it. It lives only as long as the tab, save where the reporter
// ticks "Keep in this tab".

import { byId } from "./dom.js";
import { Field } from "./field.js";
import { Keeper } from "./keep.js";
import { Marks } from "./marks.js";
import { notice } from "./status.js";

export const desk = byId("desk");
export const country = byId("country");
export const onTopic = byId("on-topic"); // the reporter's word that it is about trafficking

export const fields = {
  title: new Field("title", byId("title-field")),
  text: new Field("text", byId("text-field")),
};
export const marks = new Marks(fields);

export const state = {
  findings: [], // all of the last answer, moved along with edits
  problems: [], // those not set aside, as problems, filtered severities too
  aside: [], // what is set aside in this draft, see ignores.js
  unchecked: [], // lines of the desk's own, such as a dateline, that were not checked
  silenced: [], // places of what others say, in which nothing is flagged
  people: [], // whom the draft tells of, moved along with edits
  answers: [], // what the reporter says of them, see answers.js; never kept beyond this tab's memory
  ofDraft: {}, // what she says of its pictures and of other reports
  taken: [], // which suggestions were taken, see taken.js
  only: "", // the severity of which flags are shown, all where it is empty
  more: false, // whether flags that are less sure are shown too
  current: null, // the problem last walked to
  before: { title: "", text: "" }, // the fields as they were at the last input
  format: "", // "md" or "html" where the text is to be read so
  declined: false, // whether the reporter said that it is plain text
  answer: null, // the last answer
  titles: new Map(), // of the rules
};

export const texts = () => ({ title: fields.title.value, text: fields.text.value });

export const keeper = new Keeper(byId("keep"), readDraft, () => {
  notice("The browser lets this page keep nothing. The draft is in this tab’s memory only.");
});

function readDraft() {
  const { title, text } = texts();
  if (!`${title}${text}`.trim()) return null;
  const { format, aside } = state;
  return { title, text, country: country.value, format, aside, onTopic: onTopic.checked };
}
