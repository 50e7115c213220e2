// The three calls that the draft page makes, all to this host, with errors as `CheckFailed`.

export class CheckFailed extends Error {
  constructor(message, { status = 0 } = {}) {
    super(message);
    this.status = status; // 0: no answer at all
  }
}

/** Check a draft; resolves to the document of `POST /v1/check`. */
export function checkText({ text, title, country }, signal) {
  return call("/v1/check", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(title ? { text, title, country } : { text, country }),
    signal,
  });
}

/** Check a file; the answer holds its visible text. */
export function checkFile(file, country, signal) {
  const body = new FormData();
  body.append("file", file);
  body.append("country", country);
  body.append("include_text", "true");
  return call("/v1/check/file", { method: "POST", body, signal });
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
    response = await fetch(path, { ...options, cache: "no-store", credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new CheckFailed(
      "The program does not answer. Is it still running? Your draft is still here.",
    );
  }
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  throw new CheckFailed(sentence(problem, response.status), { status: response.status });
}

function sentence(problem, status) {
  const detail = problem.detail ?? `The program answered with status ${status}.`;
  const fields = (problem.errors ?? []).map((e) => `${e.location.at(-1)} ${e.message}`);
  const words = [detail.charAt(0).toUpperCase() + detail.slice(1), ...fields].join(" ");
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
