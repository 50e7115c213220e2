// The page of an export looks again by itself until the export is made.

const EVERY_MS = 1500;

export function start(main) {
  let timer = 0;
  let request = null;

  function plan() {
    if (main.querySelector("#export [data-waits]")) timer = setTimeout(look, EVERY_MS);
  }

  function look() {
    request = new XMLHttpRequest();
    request.onload = () => {
      const found = request.response?.querySelector("#export");
      if (found) main.querySelector("#export")?.replaceWith(document.importNode(found, true));
      if (found) plan();
    };
    request.onerror = plan;
    request.open("GET", location.pathname);
    request.responseType = "document";
    request.setRequestHeader("Accept", "text/html");
    request.send();
  }

  plan();
  return () => {
    clearTimeout(timer);
    request?.abort();
  };
}
