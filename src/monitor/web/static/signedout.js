// After signing out: what the tab kept of a draft is not left for whoever comes next.

export function start() {
  try {
    sessionStorage.clear();
  } catch {
    // storage is switched off: nothing was kept
  }
}
