import { InvalidArgumentError, Option } from "commander";

export function formatOption(...formats: string[]): Option {
  return new Option("--format <format>", "how findings are written").choices(formats).default("text");
}

export function jsonOption(): Option {
  return new Option("--json", "the same as --format json").implies({ format: "json" });
}

export function registryOption(): Option {
  const about = "another npm registry than npm_config_registry or npm's own";
  return new Option("--registry <url>", about).argParser((url: string) => {
    if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
    throw new InvalidArgumentError("Want a URL such as https://registry.npmjs.org.");
  });
}

export function examples(...lines: (readonly [command: string, meaning?: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const shown = lines.map(([command, meaning]) =>
    meaning === undefined ? `  ${command}` : `  ${command.padEnd(width)}  # ${meaning}`,
  );
  return `\nExamples:\n${shown.join("\n")}`;
}
