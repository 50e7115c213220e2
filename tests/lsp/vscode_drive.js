// The extension at work with the real vscode-languageclient and the real server; only VS Code is not.
// node vscode_drive.js EXTENSION DRAFT SERVER...   (the stub is EXTENSION's node_modules/vscode)
"use strict";

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { dirname, join } = require("node:path");

const [folder, draft, ...server] = process.argv.slice(2);
const load = createRequire(join(folder, "extension.js"));
const vscode = load("vscode");
const extension = load("./extension.js");

async function until(what, condition) {
  const end = Date.now() + 240_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function main() {
  const uri = vscode.Uri.file(draft);
  const text = readFileSync(draft, "utf8");
  const document = { uri, languageId: "markdown", version: 1, getText: () => text };
  Object.assign(vscode.settings, { command: server, severity: "suggestion", disable: [] });
  vscode.workspace.workspaceFolders = [
    { uri: vscode.Uri.file(dirname(draft)), name: "desk", index: 0 },
  ];
  vscode.workspace.textDocuments.push(document);
  await extension.activate({ subscriptions: [] });
  const flags = () => vscode.seen.diagnostics.get(uri.toString()) ?? [];
  await until("flags", () => flags().length > 0);
  const [flag] = flags();
  const [provider] = vscode.seen.actions;
  const token = new vscode.CancellationTokenSource().token;
  const context = { diagnostics: [flag], triggerKind: 1, only: undefined };
  const actions = await provider.provideCodeActions(document, flag.range, context, token);
  const [edit] = actions[0].edit.edits;
  const found = {
    flags: flags().length,
    code: flag.code,
    start: flag.range.start,
    severity: flag.severity,
    titles: actions.map((action) => action.title),
    preferred: actions[0].isPreferred,
    newText: edit.newText,
    commands: [...vscode.seen.commands.keys()].sort(),
    messages: vscode.seen.messages,
  };
  // a setting changes: the rule is not shown any more
  vscode.settings.disable = [flag.code.value];
  const event = { affectsConfiguration: (name) => name === "monitor" };
  vscode.fire("onDidChangeConfiguration", event);
  await until("silence", () => flags().length === 0);
  await extension.deactivate();
  process.stdout.write(JSON.stringify(found));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
