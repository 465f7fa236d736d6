import type { Entry } from "./entries.ts";

/** Texts that have to be on the page as they are here. */
export const HOSTILE_TEXTS: readonly string[] = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)><b>bold</b>",
  '"><svg onload=alert(1)>',
  "&lt;i&gt; stays &amp;",
  "javascript:alert(1)",
  "</code><iframe src=//elsewhere.invalid>",
];

/** An index that no validator of ours would have let through. */
export const HOSTILE: readonly Entry[] = [
  {
    id: "hostile",
    npm_package: "charm-telemetry-hostile",
    name: "</title><script>alert(1)</script>",
    description: `<img src=x onerror=alert(1)><b>bold</b> &lt;i&gt; stays &amp; \u202Egnp.exe ${"long".repeat(200)}`,
    author: '"><svg onload=alert(1)>',
    tags: ["javascript:alert(1)", "</code><iframe src=//elsewhere.invalid>", "--><!--"],
    github_url: "javascript:alert(document.domain)//https://github.com/a/b",
    version: "</code><script>alert(1)</script>",
    license: "{{constructor.constructor('alert(1)')()}}",
    status: { state: "deprecated", reason: "<script>alert(1)</script> ]]> \u0007", replaced_by: "../../elsewhere" },
  },
];

const [first] = HOSTILE as [Entry];

/** Entries that are left out: each has a value that would leave the page. */
export const REFUSED: readonly unknown[] = [
  { ...first, id: "../../outside" },
  { ...first, id: "__proto__" },
  { ...first, id: "con/../x" },
  { ...first, id: "shell", npm_package: "x; rm -rf ~" },
  { ...first, id: "flag", npm_package: "--registry=https://elsewhere.invalid" },
  { ...first, id: "path", npm_package: "@acme/../../x" },
  { ...first, id: "line", npm_package: "charm-telemetry-x\nrm -rf ~" },
  { ...first, id: "tags", tags: "tracing" },
  { ...first, id: "number", name: 7 },
  null,
  "text",
  [],
];
