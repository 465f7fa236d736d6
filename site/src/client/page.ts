// What all pages do: copy, switch the scheme, open the filters. One listener each, whatever is in the page.

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button === null) return;
  if (button.dataset["copy"] !== undefined) void copy(button);
  if (button.dataset["themeToggle"] !== undefined) switchTheme();
  if (button.className === "filters-toggle") {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
  }
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), select");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.querySelector<HTMLInputElement>("#q");
  if (field === null) return;
  event.preventDefault();
  field.focus();
  field.select();
});

const SHOWN_MS = 2000;

async function copy(button: HTMLButtonElement): Promise<void> {
  const code = button.parentElement?.querySelector("code");
  if (code === null || code === undefined) return;
  try {
    await navigator.clipboard.writeText(code.textContent);
    say("Copied");
    button.textContent = "Copied";
    button.dataset["done"] = "";
    setTimeout(() => {
      button.textContent = "Copy";
      delete button.dataset["done"];
    }, SHOWN_MS);
  } catch {
    // Not allowed, or not a secure page: what is selected can be copied by hand.
    getSelection()?.selectAllChildren(code);
    say("Selected: copy it with the keyboard");
  }
}

function say(text: string): void {
  const announcer = document.querySelector("[data-announcer]");
  if (announcer !== null) announcer.textContent = text;
}

function switchTheme(): void {
  const { dataset } = document.documentElement;
  const current = dataset["theme"] ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const theme = current === "dark" ? "light" : "dark";
  dataset["theme"] = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Storage may be forbidden; then it lasts for this page.
  }
}
