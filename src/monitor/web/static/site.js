// Moves among the pages of the site without a reload, so that a draft stays in the tab's memory:
// its fields are put out of sight, not away, while another page is shown. Pages are read with
// XMLHttpRequest because it parses without a script's running and without a Trusted Types sink.
// A form is sent the same way; what it is answered with is shown. A page with work of its own names
// a module in <meta name="page-script">, whose start(main) may return what is to be called when the
// page goes.

import { byId, el } from "./dom.js";

const NOT_PAGES = /^\/(v\d|static|openapi|healthz|readyz|metrics)\b/;
const OWN_SCRIPTS = ["/static/site.js", "/static/main.js"];
const PAGE_SCRIPT = /^\/static\/[a-z-]+\.js$/;

const main = byId("main");
const header = document.querySelector("header.site");
const scrolls = new Map(); // by number of the entry in the history
let entry = history.state?.entry ?? 0;
let last = entry;
let here = addressOf(location);
let asked = null; // the request that runs
let draft = null; // the page of the draft, once it was shown
let draftFocus = null; // what had the focus in it last
let leave = null; // ends the work of the page that is shown

function addressOf({ pathname, search }) {
  return pathname + search;
}

/** What of a document makes a page of the site; undefined where it is none that can be moved to. */
function pageOf(doc) {
  const content = doc?.querySelector("main#main");
  const scripts = [...(doc?.querySelectorAll("script[src]") ?? [])];
  const script = doc?.querySelector("meta[name=page-script]")?.content;
  const own = scripts.every((script) => OWN_SCRIPTS.includes(script.getAttribute("src")));
  if (!content || !own || !doc.querySelector("header.site")) return undefined;
  return {
    title: doc.title,
    className: content.className,
    sheets: [...doc.querySelectorAll("link[rel=stylesheet]")].map((l) => l.getAttribute("href")),
    skips: [...doc.querySelectorAll("a.skip")].map((node) => document.importNode(node, true)),
    script: PAGE_SCRIPT.test(script ?? "") ? script : null,
    nav: doc.querySelector("header.site nav"),
    current: doc.querySelector("header.site [aria-current]")?.getAttribute("href"),
    nodes: doc === document ? [...content.children] : [...content.children].map(adopt),
    isDraft: Boolean(content.querySelector("#desk")),
  };
}

const adopt = (node) => document.importNode(node, true);

/** The page that says that there is no page to be had. */
function silent(url) {
  const again = el("button", { type: "button", textContent: "Try again", onclick: () => visit(url) });
  return {
    title: "No answer · monitor",
    className: "page narrow",
    sheets: ["/static/base.css"],
    skips: [el("a", { className: "skip", href: "#main", textContent: "Skip to the content" })],
    nodes: [
      el("h1", { textContent: "The program does not answer" }),
      el("p", { textContent: "Is it still running? A draft that you wrote is still here." }),
      el("p", {}, again),
    ],
  };
}

// Loading --------------------------------------------------------------------------------------

/**
 * The page at `url`, or the answer to `body` sent there; null where another one was asked for in
 * the meantime. Its `from` is where it comes from after redirects.
 */
async function load(url, body = null) {
  asked?.abort();
  asked = null;
  document.body.removeAttribute("aria-busy");
  if (draft && !body && addressOf(url) === "/") return draft;
  const request = new XMLHttpRequest();
  asked = request;
  document.body.setAttribute("aria-busy", "true");
  const doc = await new Promise((resolve) => {
    request.onload = () => resolve(request.response);
    request.onerror = () => resolve(undefined);
    request.onabort = () => resolve(undefined);
    request.open(body ? "POST" : "GET", addressOf(url));
    request.responseType = "document";
    request.setRequestHeader("Accept", "text/html");
    request.send(body);
  });
  if (asked !== request) return null;
  asked = null;
  document.body.removeAttribute("aria-busy");
  if (request.status === 0) return silent(url);
  const page = pageOf(doc);
  const from = new URL(request.responseURL || url);
  if (page) return { ...page, from };
  location.assign(body ? from : url); // no page of this site's frame: the browser asks if need be
  return null;
}

/** Load the style sheets that a page wants, and switch off those that it does not. */
async function dress({ sheets }) {
  const links = [...document.querySelectorAll("link[rel=stylesheet]")];
  const known = links.map((link) => link.getAttribute("href"));
  const missing = sheets.filter((href) => !known.includes(href));
  await Promise.all(
    missing.map((href) => {
      const link = el("link", { rel: "stylesheet", href });
      const done = new Promise((resolve) => {
        link.onload = link.onerror = resolve;
      });
      document.head.append(link);
      return done;
    }),
  );
  for (const link of document.querySelectorAll("link[rel=stylesheet]")) {
    link.media = sheets.includes(link.getAttribute("href")) ? "all" : "not all";
  }
}

async function show(page, url) {
  await dress(page);
  leave?.();
  leave = null;
  if (page.isDraft && !draft) await begin(page);
  here = addressOf(url);
  document.title = page.title;
  for (const skip of document.querySelectorAll("a.skip")) skip.remove();
  document.body.prepend(...page.skips);
  if (page.nav) takeWays(page.nav);
  for (const link of header.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === page.current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  main.className = page.className;
  for (const node of [...main.children]) {
    if (draft?.nodes.includes(node)) node.hidden = page !== draft;
    else node.remove();
  }
  if (page !== draft) main.append(...page.nodes);
  await work(page);
}

/** Offer the ways that the page offers: they change with who is signed in. */
function takeWays(nav) {
  const shown = header.querySelector("nav");
  const ways = (where) => [...(where?.querySelectorAll("a") ?? [])].map((a) => a.getAttribute("href"));
  const who = (where) => where?.querySelector(".who bdi")?.textContent;
  if (ways(shown).join() === ways(nav).join() && who(shown) === who(nav)) return;
  shown?.remove();
  header.append(adopt(nav));
}

/** Start what the page does by itself. */
async function work({ script }) {
  if (!script) return;
  const { start } = await import(script);
  leave = start(main) ?? null;
}

/** Take in the draft page, out of sight until what works it has run. */
async function begin(page) {
  for (const node of page.nodes) node.hidden = true;
  main.prepend(...page.nodes);
  keepDraft(page);
  await import("./main.js").catch(() => location.reload()); // nothing was written yet
}

function keepDraft(page) {
  draft = page;
  byId("desk").addEventListener("focusin", ({ target }) => {
    draftFocus = target;
  });
}

// Going ----------------------------------------------------------------------------------------

async function visit(url) {
  const page = await load(url);
  if (!page) return;
  if (addressOf(url) !== here) {
    history.scrollRestoration = "manual";
    scrolls.set(entry, window.scrollY);
    entry = last = last + 1;
    history.pushState({ entry }, "", url);
  }
  await show(page, url);
  const place = url.hash ? byId(decodeURIComponent(url.hash.slice(1))) : null;
  if (place) {
    place.scrollIntoView();
    focusOn(place);
  } else {
    window.scrollTo({ top: 0, behavior: "instant" });
    focusOn(headingOf());
  }
}

async function goBack({ state }) {
  const url = new URL(location.href);
  if (addressOf(url) === here && !asked) return; // a place on this page: the browser's business
  scrolls.set(entry, window.scrollY);
  entry = state?.entry ?? 0;
  const page = await load(url);
  if (!page) return;
  await show(page, url);
  window.scrollTo({ top: scrolls.get(entry) ?? 0, behavior: "instant" });
  focusOn(page === draft && draftFocus?.isConnected ? draftFocus : headingOf());
}

/**
 * Send a form and show what comes back, under its own address only where it was redirected to. Where
 * that is the same page, with the button that sent the form, reading goes on there: `action` is the
 * address that the button has of its own.
 */
async function submit(url, body, action) {
  const page = await load(url, body);
  if (!page) return;
  const { scrollY } = window;
  const answered = page.from ? addressOf(page.from) : addressOf(url);
  const redirected = answered !== addressOf(url);
  if (redirected && answered !== here) {
    history.scrollRestoration = "manual";
    scrolls.set(entry, window.scrollY);
    entry = last = last + 1;
    history.pushState({ entry }, "", page.from);
  }
  const same = answered === here;
  await show(page, redirected ? page.from : new URL(location.href));
  const button = same && action && main.querySelector(`[formaction="${CSS.escape(action)}"]`);
  window.scrollTo({ top: button ? scrollY : 0, behavior: "instant" });
  if (button) {
    button.focus({ preventScroll: true });
    return;
  }
  focusOn(main.querySelector("[data-focus]") ?? headingOf());
}

function onSubmit(event) {
  const form = event.target;
  const { submitter } = event;
  const of = (name) => submitter?.getAttribute(`form${name}`) ?? form.getAttribute(name) ?? "";
  const url = new URL(of("action") || location.href, location.href);
  if (event.defaultPrevented || of("target") || url.origin !== location.origin) return;
  if (NOT_PAGES.test(url.pathname) || of("method").toLowerCase() === "dialog") return;
  event.preventDefault();
  const data = new FormData(form, submitter);
  if (of("method").toLowerCase() === "post") {
    const body = of("enctype") === "multipart/form-data" ? data : new URLSearchParams(data);
    submit(url, body, submitter?.getAttribute("formaction"));
    return;
  }
  const asked = [...data].filter(([, value]) => value !== "");
  url.search = new URLSearchParams(asked).toString();
  visit(url);
}

const headingOf = () => [...main.querySelectorAll("h1")].find((h) => !h.closest("[hidden]")) ?? main;

/** Put the focus where reading goes on, which also tells a screen reader of the new page. */
function focusOn(node) {
  node.focus({ preventScroll: true });
  if (document.activeElement === node) return;
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}

function onClick(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || NOT_PAGES.test(url.pathname)) return;
  if (addressOf(url) === here && url.hash) return;
  event.preventDefault();
  visit(url);
}

const first = pageOf(document);
if (byId("desk")) keepDraft(first);
if (first) work(first);
document.addEventListener("click", onClick);
document.addEventListener("submit", onSubmit);
window.addEventListener("popstate", goBack);
window.addEventListener("pagehide", () => {
  history.scrollRestoration = "auto"; // what comes after is the browser's own
});
