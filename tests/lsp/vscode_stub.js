// As much of VS Code's `vscode` module as vscode-languageclient needs to work for one document.
// What it names and nobody here asks for is an empty class that can also be called.
"use strict";

const { EventEmitter: Emitter } = require("node:events");
const { URL, fileURLToPath, pathToFileURL } = require("node:url");

class Disposable {
  constructor(end = () => {}) {
    this.dispose = end;
  }
  static from(...all) {
    return new Disposable(() => all.forEach((each) => each.dispose()));
  }
}

class EventEmitter {
  #emitter = new Emitter().setMaxListeners(0);
  event = (listener, self) => {
    const bound = listener.bind(self);
    this.#emitter.on("event", bound);
    return new Disposable(() => this.#emitter.off("event", bound));
  };
  fire(value) {
    this.#emitter.emit("event", value);
  }
  dispose() {
    this.#emitter.removeAllListeners();
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}
class Range {
  constructor(...edges) {
    const [start, end] =
      edges.length === 4
        ? [new Position(edges[0], edges[1]), new Position(edges[2], edges[3])]
        : edges;
    Object.assign(this, { start, end });
  }
}
class Uri {
  constructor(url) {
    this.url = url;
    this.scheme = new URL(url).protocol.slice(0, -1);
    this.fsPath = this.scheme === "file" ? fileURLToPath(url) : url;
    this.path = this.fsPath;
  }
  static parse = (url) => new Uri(url);
  static file = (path) => new Uri(pathToFileURL(path).href);
  toString = () => this.url;
}
class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}
class CodeAction {
  constructor(title, kind) {
    Object.assign(this, { title, kind });
  }
}
class CodeActionKind {
  static make = (value) => Object.assign(new CodeActionKind(), { value });
  append = (part) => CodeActionKind.make([this.value, part].filter(Boolean).join("."));
}
CodeActionKind.Empty = CodeActionKind.make("");
for (const [name, value] of Object.entries({
  QuickFix: "quickfix",
  Refactor: "refactor",
  RefactorExtract: "refactor.extract",
  RefactorInline: "refactor.inline",
  RefactorRewrite: "refactor.rewrite",
  RefactorMove: "refactor.move",
  Source: "source",
  SourceOrganizeImports: "source.organizeImports",
  SourceFixAll: "source.fixAll",
  Notebook: "notebook",
}))
  CodeActionKind[name] = CodeActionKind.make(value);

class WorkspaceEdit {
  edits = [];
  set(uri, edits) {
    this.edits.push(...edits.map((edit) => (Array.isArray(edit) ? edit[0] : edit)));
  }
  replace(uri, range, newText) {
    this.edits.push({ range, newText });
  }
}
class TextEdit {
  constructor(range, newText) {
    Object.assign(this, { range, newText });
  }
  static replace = (range, newText) => new TextEdit(range, newText);
}
class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: () => new Disposable() };
  cancel() {}
  dispose() {}
}

const events = {};
/** The event of this name; a test fires it with `fire`. */
function event(name) {
  events[name] ??= new EventEmitter();
  return events[name].event;
}

const seen = { diagnostics: new Map(), actions: [], commands: new Map(), messages: [] };
const settings = {};
const workspace = {
  name: "desk",
  isTrusted: true,
  textDocuments: [],
  notebookDocuments: [],
  workspaceFolders: undefined,
  getConfiguration: () => ({
    get: (name, fallback) => settings[name] ?? fallback,
    has: (name) => name in settings,
    inspect: () => undefined,
  }),
  getWorkspaceFolder: () => workspace.workspaceFolders?.[0],
  createFileSystemWatcher: () => ({
    onDidCreate: event("created"),
    onDidChange: event("changed"),
    onDidDelete: event("deleted"),
    dispose() {},
  }),
};
const channel = Object.fromEntries(
  ["append", "appendLine", "clear", "show", "hide", "dispose", "replace"]
    .concat(["trace", "debug", "info", "warn", "error"])
    .map((name) => [name, () => {}])
    .concat([["logLevel", 3]]),
);
const note = (words) => {
  seen.messages.push(words);
  return Promise.resolve(undefined);
};
const languages = {
  createDiagnosticCollection: () => ({
    set: (uri, flags) => seen.diagnostics.set(uri.toString(), flags ?? []),
    delete: (uri) => seen.diagnostics.delete(uri.toString()),
    clear: () => seen.diagnostics.clear(),
    has: (uri) => seen.diagnostics.has(uri.toString()),
    get: (uri) => seen.diagnostics.get(uri.toString()),
    dispose() {},
    forEach() {},
  }),
  match: (selector, document) =>
    [selector].flat().some((each) => (each.language ?? each) === document.languageId) ? 10 : 0,
  registerCodeActionsProvider: (selector, provider) => {
    seen.actions.push(provider);
    return new Disposable();
  },
};
const commands = {
  registerCommand: (name, command) => {
    if (seen.commands.has(name)) throw new Error(`command '${name}' already exists`);
    seen.commands.set(name, command);
    return new Disposable(() => seen.commands.delete(name));
  },
  executeCommand: (name, ...words) => seen.commands.get(name)?.(...words),
};
const window = {
  visibleTextEditors: [],
  tabGroups: { all: [], onDidChangeTabs: event("tabs") },
  createOutputChannel: () => filled(channel),
  showErrorMessage: note,
  showWarningMessage: note,
  showInformationMessage: note,
  withProgress: (options, work) =>
    work({ report() {} }, new CancellationTokenSource().token),
};
const env = { appName: "stub", language: "en", createTelemetryLogger: () => channel };

/** What is not here: events, providers and classes that do nothing. */
function filled(target) {
  return new Proxy(target, {
    get(object, name) {
      if (name in object || typeof name === "symbol" || name === "then") return object[name];
      if (/^on[A-Z]/.test(name)) return event(name);
      if (/^register/.test(name)) return () => new Disposable();
      if (/^[A-Z]/.test(name)) return (object[name] = class {});
      return undefined;
    },
  });
}

module.exports = filled({
  __esModule: true, // or the client would take a copy, without what is filled in
  version: "1.100.0",
  Disposable,
  EventEmitter,
  Position,
  Range,
  Uri,
  Diagnostic,
  CodeAction,
  CodeActionKind,
  WorkspaceEdit,
  TextEdit,
  CancellationTokenSource,
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  DiagnosticTag: { Unnecessary: 1, Deprecated: 2 },
  ProgressLocation: { SourceControl: 1, Window: 10, Notification: 15 },
  LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 },
  CodeActionTriggerKind: { Invoke: 1, Automatic: 2 },
  SymbolKind: {},
  CompletionItemKind: {},
  workspace: filled(workspace),
  languages: filled(languages),
  commands: filled(commands),
  window: filled(window),
  env: filled(env),
  seen,
  settings,
  fire: (name, value) => {
    event(name);
    events[name].fire(value);
  },
});
