// Copies the letter as it stands in the page, with what was changed in it. Nothing is sent.

export function start(main) {
  const button = main.querySelector("#letter-copy");
  if (!button || !navigator.clipboard) return undefined;
  const text = main.querySelector("#letter-text");
  const said = main.querySelector("#letter-said");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await navigator.clipboard.writeText(text.value).then(
      () => true,
      () => false,
    );
    said.textContent = done ? "Copied." : "The browser does not allow it: select the text and copy it.";
    if (!done) text.select();
  });
  return undefined;
}
