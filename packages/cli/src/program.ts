import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { examples, formatOption, jsonOption } from "./command-parts.ts";
import { EXIT, UsageError } from "./exit-code.ts";
import { describeRegistryCommands } from "./registry-commands.ts";
import { Terminal } from "./terminal.ts";
import type { Surroundings } from "./terminal.ts";

/**
 * Carries out one command line.
 *
 * @param args without the program's own name.
 * @returns the exit code: 0 good, 1 findings, 2 wrong usage, 3 undecided for want of a network.
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const terminal = new Terminal(surroundings);
  let exitCode: number = EXIT.ok;
  const program = describeCommands(terminal, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    if (!isUsage(error)) throw error;
    const message = error.message.replace(/^error: /, "");
    const fix = error instanceof UsageError ? error.fix : undefined;
    if (args.includes("--json")) terminal.printJson({ error: { rule: "usage", message, fix } });
    // Commander has said it already.
    else if (!(error instanceof CommanderError))
      terminal.warn(`error: ${message}${fix === undefined ? "" : `\n${fix}`}`);
    return EXIT.usage;
  }
}

function isUsage(error: unknown): error is Error {
  if (error instanceof CommanderError || error instanceof UsageError) return true;
  // Its class would bring along what most commands have no use for.
  return error instanceof Error && error.name === "RegistryUrlError";
}

/** Every command is imported when it is called: what one needs is not paid for by the others. */
function describeCommands(terminal: Terminal, end: (exitCode: number) => void): Command {
  const program = new Command("charm-telemetry")
    .description("Telemetry exporters of Charm agents: check an agent's, prepare one for npm, keep the registry.")
    .version(ownVersion(), "-v, --version")
    .helpCommand(false)
    .addHelpText("after", "\nExit codes: 0 good, 1 findings, 2 wrong usage, 3 the network did not answer.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.replace(/\n$/, "")),
      writeErr: (text) => terminal.warn(text.replace(/\n$/, "")),
      getOutHelpWidth: () => terminal.width ?? 80,
      getErrHelpWidth: () => terminal.width ?? 80,
      getOutHasColors: () => terminal.hasColours,
      getErrHasColors: () => terminal.hasColours,
    });

  program
    .command("validate")
    .summary("check charm.yaml and the exporters that it names")
    .description(
      "Checks an agent's charm.yaml: what the cloud would refuse, and exporters that are misspelt or not installed.",
    )
    .argument("[path]", "the agent's folder, or a charm.yaml", ".")
    .option("--contract", "only what the cloud itself says of the file")
    .addOption(jsonOption())
    .addOption(formatOption("text", "json", "github"))
    .addHelpText(
      "after",
      examples(
        ["charm-telemetry validate", "the agent in this folder"],
        ["charm-telemetry validate agents/tides --json", "for programs"],
        ["charm-telemetry validate --format github", "annotations on GitHub"],
      ),
    )
    .action(async (path: string, options: object) =>
      end(await (await import("./commands/validate.ts")).validate(path, options, terminal)),
    );

  program
    .command("list")
    .summary("show the exporters that an agent has")
    .description("Lists the exporters that an agent's dependencies bring, and those that charm.yaml names.")
    .argument("[path]", "the agent's folder, or a charm.yaml", ".")
    .option("--json", "for programs")
    .addHelpText("after", examples(["charm-telemetry list"], ["charm-telemetry list agents/tides --json"]))
    .action(async (path: string, options: object) =>
      end(await (await import("./commands/list.ts")).list(path, options, terminal)),
    );

  program
    .command("prepublish")
    .summary("check a package as npm would publish it")
    .description(
      "Packs the exporter in a folder and checks the tarball: files, secrets, size, licence, repository, ranges, " +
        "exports and types, and that an agent could load it. Publishes nothing.",
    )
    .argument("[folder]", "the package's folder", ".")
    .option("--tarball <file>", "check this tarball of it, and pack none")
    .option("--out <file>", "keep the tarball there if nothing is wrong")
    .addOption(jsonOption())
    .addOption(formatOption("text", "json", "github"))
    .addHelpText(
      "after",
      examples(
        ["charm-telemetry prepublish", "the package in this folder"],
        ["charm-telemetry prepublish --out acme.tgz", "then: npm publish acme.tgz"],
        ["charm-telemetry prepublish --format github", "annotations on GitHub"],
      ),
    )
    .action(async (folder: string, options: object) =>
      end(await (await import("./commands/prepublish.ts")).prepublish(folder, options, terminal)),
    );

  program
    .command("update")
    .summary("bring an exporter's package to today's template")
    .description(
      "Brings a package that npm create charm-telemetry has made to today's template. What you have changed is merged; " +
        "where that cannot be done, your file stays and the template's is written beside it.",
    )
    .argument("[folder]", "the package's folder", ".")
    .option("--dry-run", "say what would be done, and write nothing")
    .option("--force", "do it although git has changes that are not committed")
    .option("--json", "for programs")
    .addHelpText(
      "after",
      examples(["charm-telemetry update --dry-run", "look first"], ["charm-telemetry update", "then: git diff"]),
    )
    .action(async (folder: string, options: object) =>
      end(await (await import("./commands/update.ts")).update(folder, options, terminal)),
    );

  describeRegistryCommands(program, terminal, end);
  return program;
}

function ownVersion(): string {
  return (createRequire(import.meta.url)("../package.json") as { version: string }).version;
}
