// Writes docs/contract.md from the docstrings and signatures of core. `--check` writes nothing and fails on a difference.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { root, run } from "./repository.mjs";

const PAGE = "docs/contract.md";

/** What the page shows, in its order: a heading, what there is to say first, and names of a source file; with "=", the constant of defaults. */
const CHAPTERS = [
  {
    title: "The exporter",
    from: "packages/core/src/exporter.ts",
    names: ["BaseTelemetryExporter", "HookResult", "StartInfo"],
  },
  {
    title: "Events",
    from: "packages/core/src/events.ts",
    names: ["EventContext", "RunInfo", "LlmRequest", "LlmResponse", "LlmUsage", "LlmMessage"],
  },
  {
    title: "Accounting",
    from: "packages/core/src/exporter.ts",
    names: ["Outcome", "DROP_REASONS", "UNITS"],
  },
  {
    title: "The kit: spans",
    intro: "From `@charm/telemetry-core/kit`.",
    from: "packages/core/src/kit/span-exporter.ts",
    names: ["SpanTelemetryExporter", "SpanExporterOptions"],
  },
  {
    from: "packages/core/src/kit/span.ts",
    names: [
      "FinishedSpan",
      "SpanBase",
      "RunSpan",
      "ToolSpan",
      "LlmSpan",
      "SpanKind",
      "SpanStatus",
      "SpanPlace",
      "AgentAction",
    ],
  },
  {
    title: "The kit: limits",
    from: "packages/core/src/kit/batch-queue.ts",
    names: ["BatchQueueLimits = QUEUE_LIMITS"],
  },
  {
    from: "packages/core/src/kit/span-assembler.ts",
    names: ["AssemblerLimits = ASSEMBLER_LIMITS"],
  },
  {
    title: "The kit: sending",
    from: "packages/core/src/kit/http-sender.ts",
    names: ["HttpSender", "HttpSenderOptions", "Credential", "HttpSenderDefaults", "SENDER_DEFAULTS"],
  },
  {
    from: "packages/core/src/kit/request-plan.ts",
    names: ["Envelope", "RequestLimits"],
  },
  {
    from: "packages/core/src/kit/retry-layer.ts",
    names: ["RetryLimits = RETRY_LIMITS"],
  },
  {
    from: "packages/core/src/kit/retry-policy.ts",
    names: ["RetryPolicy = RETRY_POLICY"],
  },
  {
    from: "packages/core/src/kit/reporter.ts",
    names: ["Reporter"],
  },
];

const FRAME = `# The contract

Made from the source by \`node scripts/contract-reference.mjs\`; a test sees to it that the two agree. How the parts fit is in
[concepts](concepts.md), how to begin in [Write an exporter](first-exporter.md).
`;

const page = await format([FRAME, ...CHAPTERS.map(chapter)].join("\n"));
if (!process.argv.includes("--check")) writeFileSync(join(root, PAGE), page);
else if (readFileSync(join(root, PAGE), "utf8") !== page) {
  console.error(`${PAGE}:1:1 differs from the source (fix: node scripts/contract-reference.mjs)`);
  process.exitCode = 1;
}

function chapter({ title, intro, from, names }) {
  const source = readSource(from);
  const head = title === undefined ? [] : [`## ${title}\n`, ...(intro === undefined ? [] : [`${intro}\n`])];
  return [...head, ...names.map((name) => section(source, name))].join("\n");
}

/** A file's declarations by name, and the comments that belong to them. */
function readSource(path) {
  const text = readFileSync(join(root, path), "utf8");
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  const declarations = new Map();
  for (const statement of program.body) {
    const declaration = statement.declaration ?? statement;
    const names = declaration.declarations?.map(({ id }) => id.name) ?? [declaration.id?.name];
    for (const name of names) if (name !== undefined) declarations.set(name, { statement, declaration });
  }
  return { path, text, comments, declarations };
}

function section(source, line) {
  const [name, defaults] = line.split(" = ");
  const found = source.declarations.get(name);
  if (found === undefined) throw new Error(`${source.path} declares no ${name}`);
  const { statement, declaration } = found;
  const parts = [`### ${name}\n`, docOf(source, statement.start)];
  if (declaration.type === "ClassDeclaration") parts.push(...methods(source, declaration.body.body));
  else if (declaration.type === "TSInterfaceDeclaration")
    parts.push(fields(source, declaration, defaultsOf(source, defaults)));
  else if (declaration.type === "TSTypeAliasDeclaration") parts.push(code(oneLine(textOf(source, declaration))));
  else
    parts.push(
      constant(
        source,
        declaration.declarations.find(({ id }) => id.name === name),
      ),
    );
  return parts.filter((part) => part !== "").join("\n");
}

/** What a subclass implements, may implement, and calls; in that order, each signature under its docstring. */
function methods(source, members) {
  const shown = members.filter(({ key, accessibility, kind }) => {
    return key?.type === "Identifier" && accessibility !== "private" && kind !== "constructor";
  });
  const groups = new Map([
    ["Has to be implemented:", (member) => member.type === "TSAbstractMethodDefinition"],
    ["May be implemented:", (member) => member.optional],
    ["Is there to be called:", (member) => member.type === "MethodDefinition" && !member.optional && !member.override],
  ]);
  return [...groups].flatMap(([title, isMember]) => {
    const group = shown.filter(isMember);
    return group.length === 0 ? [] : [`${title}\n`, code(group.map((member) => signature(source, member)).join("\n"))];
  });
}

function signature(source, member) {
  const end = member.value?.body?.start ?? member.end;
  const head = oneLine(source.text.slice(member.start, end)).replace(/^(?:(?:abstract|async|protected) )+/, "");
  const doc = rawDocOf(source, member.start);
  return `${doc === undefined ? "" : `/*${doc}*/\n`.replaceAll(/^ {2}/gm, "")}${head.replace(/;?$/, ";")}`;
}

/** What the fields of a constant are, as text. */
function defaultsOf(source, name) {
  if (name === undefined) return undefined;
  const { init } = source.declarations.get(name).declaration.declarations.find(({ id }) => id.name === name);
  const given = init.properties.filter(({ type }) => type === "Property");
  return new Map(given.map(({ key, value }) => [key.name, textOf(source, value)]));
}

function fields(source, { id, extends: parents = [], body }, defaults) {
  const base = parents.map((parent) => `\`${oneLine(textOf(source, parent))}\``);
  const rows = body.body.map((member) => {
    const type = oneLine(source.text.slice(member.start, member.end).replaceAll(/\/\*\*.*?\*\//gs, ""))
      .replace(/^(?:readonly )?\w+\??:? ?/, "")
      .replace(/;$/, "")
      .replace(member.optional ? / \| undefined$/ : "", "");
    const name = `\`${member.key.name}${member.optional ? "?" : ""}\``;
    const unless = defaults === undefined ? "" : ` ${codeCell(defaults.get(member.key.name))} |`;
    return `| ${name} | ${codeCell(type)} |${unless} ${oneLine(docOf(source, member.start))} |`;
  });
  const unlessGiven = defaults === undefined ? "" : " unless given |";
  const head = `| ${id.name} | type |${unlessGiven} |\n| --- | --- |${defaults === undefined ? "" : " --- |"} --- |\n`;
  const table = rows.length === 0 ? "" : `${head}${rows.join("\n")}\n`;
  return base.length === 0 ? table : `And the fields of ${base.join(" and ")}.\n\n${table}`;
}

/** A list whose entries are explained by the comments behind them, or an object of figures. */
function constant(source, { id, init }) {
  const value = init.type === "TSAsExpression" ? init.expression : init;
  if (value.type !== "ArrayExpression" || value.elements.some((entry) => behind(source, entry.end) === ""))
    return code(`const ${id.name} = ${textOf(source, value)};`);
  const rows = value.elements.map((entry) => `| \`${entry.value}\` | ${behind(source, entry.end)} |`);
  return `| reason | the event was lost because |\n| --- | --- |\n${rows.join("\n")}\n`;
}

function behind(source, offset) {
  const end = source.text.indexOf("\n", offset);
  const comment = source.comments.find(({ start }) => start >= offset && start < end);
  return comment?.value.trim() ?? "";
}

function docOf(source, offset) {
  const raw = rawDocOf(source, offset);
  if (raw === undefined) return "";
  const lines = raw.split("\n").map((line) => line.replace(/^\s*\*+ ?/, "").trimEnd());
  return `${lines
    .join("\n")
    .trim()
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")}\n`;
}

/** The docstring that ends right before `offset`. */
function rawDocOf({ text, comments }, offset) {
  return comments.find(({ type, value, end }) => {
    return type === "Block" && value.startsWith("*") && end < offset && text.slice(end, offset).trim() === "";
  })?.value;
}

function textOf({ text }, { start, end }) {
  return text.slice(start, end);
}

function oneLine(text) {
  return text.replaceAll(/\s+/g, " ").replaceAll("( ", "(").replaceAll(/, ?\)/g, ")").trim();
}

function codeCell(text) {
  return `\`${text.replaceAll("|", String.raw`\|`)}\``;
}

function code(text) {
  return `\`\`\`ts\n${text}\n\`\`\`\n`;
}

/** As the formatter would leave it, so that formatting the page changes nothing. */
async function format(text) {
  const { code: exit, output } = run(["oxfmt", "--stdin-filepath", PAGE], { input: text });
  if (exit !== 0) throw new Error(output);
  return output;
}
