// The calls that the draft page makes, all to this host, with errors as `CheckFailed`.

const TRIES = 6;
const LONGEST_WAIT_S = 60;

export class CheckFailed extends Error {
  constructor(message, { status = 0, retryAfter = null, errors = [] } = {}) {
    super(message);
    this.status = status; // 0: no answer at all
    this.errors = errors; // which fields cannot be used, `{location, message}`
    this.retryAfter = retryAfter; // seconds after which it is worth asking again
  }
}

/** Ask again where the answer is "later"; `waiting(seconds)` is told of each wait. */
export async function patiently(ask, signal, waiting) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask(signal);
    } catch (error) {
      if (!(error instanceof CheckFailed) || error.retryAfter === null || tries === TRIES) throw error;
      const seconds = Math.min(Math.max(1, error.retryAfter), LONGEST_WAIT_S);
      waiting(seconds);
      await pause(seconds * 1000, signal);
    }
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** Check a draft; resolves to the document of `POST /v1/check`. */
export function checkText({ text, title, country, format, onTopic, guidelines, people }, signal) {
  const draft = { text, country, people, silenced: true, ...(title && { title }), ...(format && { format }) };
  if (onTopic) draft.on_topic = true;
  if (guidelines.length) draft.guideline = guidelines;
  return call("/v1/check", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
    signal,
  });
}

/** Check a file; the answer holds its visible text. An error names the file as its owner does. */
export async function checkFile(file, { country, guidelines }, signal) {
  const body = new FormData();
  body.append("file", file);
  body.append("country", country);
  body.append("include_text", "true");
  for (const name of ["people", "silenced"]) body.append(name, "true");
  for (const guideline of guidelines) body.append("guideline", guideline);
  try {
    return await call("/v1/check/file", { method: "POST", body, signal });
  } catch (error) {
    if (!(error instanceof CheckFailed) || error.status === 0) throw error;
    const named = error.message.replace(NEUTRAL_NAME, () => file.name);
    throw new CheckFailed(named === error.message ? `${file.name}: ${named}` : named, error);
  }
}

/** The server never learns a file's name beyond its ending: it must not reach a log. */
const NEUTRAL_NAME = /^upload\.(txt|md|html|docx)(?=:)/i;

/** Say whether a flag was right; resolves to whether that was taken. No word of the draft goes along. */
export async function sendFeedback(rule, said) {
  try {
    const headers = { "Content-Type": "application/json" };
    const path = `/v1/rules/${encodeURIComponent(rule)}/feedback`;
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(said), cache: "no-store" });
    return answer.ok;
  } catch {
    return false;
  }
}

/** The titles of all rules by id; empty where they cannot be had, which spoils nothing. */
export async function ruleTitles() {
  try {
    const { rules } = await call("/v1/rules", {});
    return new Map(rules.map((rule) => [rule.id, rule.title]));
  } catch {
    return new Map();
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new CheckFailed(
      "The program does not answer. Is it still running? Your draft is still here.",
    );
  }
  if (response.ok) return response.json();
  const { status } = response;
  const problem = await response.json().catch(() => ({}));
  const { errors } = problem;
  throw new CheckFailed(sentence(problem, status), { status, retryAfter: retryAfter(response), errors });
}

function retryAfter({ status, headers }) {
  const seconds = Number.parseInt(headers.get("Retry-After") ?? "", 10);
  return [429, 503].includes(status) && seconds >= 0 ? seconds : null;
}

function sentence(problem, status) {
  const detail = problem.detail ?? `The program answered with status ${status}.`;
  const fields = (problem.errors ?? []).map((e) => `${e.location.at(-1)} ${e.message}`);
  const words = [detail.charAt(0).toUpperCase() + detail.slice(1), ...fields].join(" ");
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
