(() => {
  const main = document.getElementById("slides");
  const slides = [...main.querySelectorAll(".slide")];
  const bar = document.querySelector(".bar");
  const place = document.getElementById("place");
  const asked = Number.parseInt(location.hash.slice(1), 10);
  let here = 0;
  const go = (to) => {
    here = Math.max(0, Math.min(slides.length - 1, to));
    slides.forEach((slide, n) => slide.classList.toggle("here", n === here));
    place.textContent = `${here + 1} / ${slides.length}`;
    history.replaceState(null, "", `#${here + 1}`);
  };
  const steps = {
    ArrowRight: () => here + 1, ArrowDown: () => here + 1, PageDown: () => here + 1, " ": () => here + 1,
    ArrowLeft: () => here - 1, ArrowUp: () => here - 1, PageUp: () => here - 1, Backspace: () => here - 1,
    Home: () => 0, End: () => slides.length - 1,
  };
  document.addEventListener("keydown", (event) => {
    const onButton = event.key === " " && event.target.tagName === "BUTTON";
    if (event.ctrlKey || event.metaKey || event.altKey || onButton || !(event.key in steps)) return;
    event.preventDefault();
    go(steps[event.key]());
  });
  document.getElementById("back").addEventListener("click", () => go(here - 1));
  document.getElementById("next").addEventListener("click", () => go(here + 1));
  main.classList.add("one");
  bar.hidden = false;
  go(Number.isNaN(asked) ? 0 : asked - 1);
})();
