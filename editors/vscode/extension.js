// Starts `monitor lsp` and leaves everything else to it.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const LANGUAGES = ["markdown", "html", "plaintext"];
// What the server knows; `command` and `trace` are this extension's own business.
const SETTINGS = [
  "country",
  "guideline",
  "severity",
  "minConfidence",
  "onTopic",
  "disable",
  "languages",
  "feedback",
];

let client;

/** The settings as the server takes them. */
function settings() {
  const all = vscode.workspace.getConfiguration("monitor");
  return Object.fromEntries(SETTINGS.map((name) => [name, all.get(name) ?? null]));
}

/** Start the server in the first folder of the workspace, whose monitor.toml is in force. */
async function start() {
  const [program, ...words] = vscode.workspace.getConfiguration("monitor").get("command");
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const options = folder ? { cwd: folder } : {};
  const server = { command: program, args: [...words, "lsp"], options };
  const languages = [...LANGUAGES, ...(settings().languages ?? [])];
  client = new LanguageClient("monitor", "thb-monitor", server, {
    documentSelector: ["file", "untitled"].flatMap((scheme) =>
      languages.map((language) => ({ scheme, language })),
    ),
    initializationOptions: settings(),
  });
  try {
    await client.start();
  } catch {
    client = undefined;
    const says = `thb-monitor: '${program}' could not be started. Install thb-monitor with pip, or name its program in the setting 'monitor.command'.`;
    vscode.window.showErrorMessage(says);
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart() {
  await stop();
  await start();
}

/** Tell the server what changed; another program needs a new start. */
async function changed(event) {
  if (event.affectsConfiguration("monitor.command")) await restart();
  else if (event.affectsConfiguration("monitor"))
    await client?.sendNotification("workspace/didChangeConfiguration", { settings: settings() });
}

async function showIgnored() {
  const command = "thb-monitor.forgetIgnored";
  await client?.sendRequest("workspace/executeCommand", { command, arguments: [] });
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("thb-monitor.restart", restart),
    vscode.commands.registerCommand("thb-monitor.showIgnored", showIgnored),
    vscode.workspace.onDidChangeConfiguration(changed),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
