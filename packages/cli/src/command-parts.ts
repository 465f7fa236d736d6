import { Option } from "commander";

export function formatOption(...formats: string[]): Option {
  return new Option("--format <format>", "how findings are written").choices(formats).default("text");
}

export function examples(...lines: (readonly [command: string, meaning?: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const shown = lines.map(([command, meaning]) =>
    meaning === undefined ? `  ${command}` : `  ${command.padEnd(width)}  # ${meaning}`,
  );
  return `\nExamples:\n${shown.join("\n")}`;
}
