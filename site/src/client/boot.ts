// Runs before the first paint, so that nothing flashes or moves later. A plain script: modules come too late.
(() => {
  const root = document.documentElement;
  root.dataset["js"] = "";
  // The list in the page is not the one that the address asks for.
  if (location.search !== "") root.dataset["pending"] = "";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset["theme"] = theme;
  } catch {
    // Storage may be forbidden; the system's scheme is fine.
  }
})();
