import type { Command } from "commander";
import { examples, formatOption, jsonOption, registryOption } from "./command-parts.ts";
import type { BuildOptions } from "./commands/registry/build.ts";
import type { FmtOptions } from "./commands/registry/fmt.ts";
import type { RegistryValidateOptions } from "./commands/registry/validate.ts";
import type { Terminal } from "./terminal.ts";

const FORMATS = ["text", "json", "github", "sarif"];

/** `charm-telemetry registry …`, for those who list exporters and those who keep the list. */
export function describeRegistryCommands(program: Command, terminal: Terminal, end: (exitCode: number) => void): void {
  const registry = program
    .command("registry")
    .summary("check and keep the public list of exporters")
    .description("Works on registry/telemetry of the repository that you are in.")
    .helpCommand(false)
    .addHelpText(
      "after",
      examples(["charm-telemetry registry add charm-telemetry-acme"], ["charm-telemetry registry validate"]),
    );

  registry
    .command("validate")
    .summary("judge manifests by every rule")
    .description(
      "Judges manifests by every rule, and the packages that they name: those are fetched from npm and tried in a sandbox.",
    )
    .argument("[paths...]", "manifests or folders; all of the registry unless given")
    .option("--offline", "do not look at packages")
    .option("--facts <file>", "what is known of packages, instead of asking npm")
    .option("--changed <revision>", "only manifests that differ from this git revision")
    .option("--badge", "judge for the verified badge, too")
    .addOption(registryOption())
    .addOption(jsonOption())
    .addOption(formatOption(...FORMATS))
    .addHelpText(
      "after",
      examples(
        ["charm-telemetry registry validate --offline"],
        ["charm-telemetry registry validate --changed origin/main --format github"],
        ["charm-telemetry registry validate --facts facts.json --format sarif"],
      ),
    )
    .action(async (paths: string[], options: RegistryValidateOptions) =>
      end(await (await import("./commands/registry/validate.ts")).validate(paths, options, terminal)),
    );

  registry
    .command("fmt")
    .summary("write manifests as all are written")
    .description(
      "Says which manifests are not written as all are (--check, unless told otherwise), or writes them so (--write).",
    )
    .argument("[paths...]", "manifests or folders; all of the registry unless given")
    .option("--check", "say which ones differ")
    .option("--write", "write them")
    .addOption(jsonOption())
    .addOption(formatOption(...FORMATS))
    .addHelpText("after", examples(["charm-telemetry registry fmt --write"]))
    .action(async (paths: string[], options: FmtOptions) =>
      end(await (await import("./commands/registry/fmt.ts")).fmt(paths, options, terminal)),
    );

  registry
    .command("build")
    .summary("build registry.json of the manifests")
    .description("Builds registry.json of all manifests. The same manifests make the same bytes.")
    .argument("[folder]", "where the registry is", ".")
    .option("--check", "say where the committed one differs, and write nothing")
    .option("--force", "build it although many exporters would be gone")
    .addOption(jsonOption())
    .addOption(formatOption(...FORMATS))
    .addHelpText(
      "after",
      examples(["charm-telemetry registry build"], ["charm-telemetry registry build --check", "in CI"]),
    )
    .action(async (folder: string, options: BuildOptions) =>
      end(await (await import("./commands/registry/build.ts")).build(folder, options, terminal)),
    );

  registry
    .command("add")
    .summary("write the manifest of a published package")
    .description(
      "Writes the manifest of a published package, or brings it up to its newest version. Shows what changes.",
    )
    .argument("<npm-package>", "a package, or package@version")
    .option("--id <id>", "which of its exporters, where it has several")
    .option("--name <name>", "what people call it, such as Acme Cloud")
    .option("--dry-run", "write nothing")
    .addOption(registryOption())
    .option("--json", "for programs")
    .addHelpText("after", examples(["charm-telemetry registry add charm-telemetry-acme --name Acme"]))
    .action(async (name: string, options: object) =>
      end(await (await import("./commands/registry/add.ts")).add(name, options, terminal)),
    );

  registry
    .command("migrate")
    .summary("make today's manifests of older ones")
    .description("Makes manifests of today's shape of older ones, and of the entries of Python's registry.")
    .argument("<paths...>", "manifests, or a registry.json of Python's")
    .option("--write", "write them; else what would change is shown")
    .option("--json", "for programs")
    .addHelpText("after", examples(["charm-telemetry registry migrate old.json"]))
    .action(async (paths: string[], options: object) =>
      end(await (await import("./commands/registry/migrate.ts")).migrate(paths, options, terminal)),
    );

  registry
    .command("deprecate")
    .summary("say that an exporter is to be used no longer")
    .description("Marks an exporter as deprecated, removes it (its id stays taken), or takes that back.")
    .argument("<id>", "its name in the registry")
    .option("--reason <text>", "why, for those who use it")
    .option("--replaced-by <id>", "what to use instead")
    .option("--removed", "take it off the list")
    .option("--undo", "make it active again")
    .option("--dry-run", "write nothing")
    .option("--json", "for programs")
    .addHelpText("after", examples(['charm-telemetry registry deprecate acme --reason "Acme has closed"']))
    .action(async (id: string, options: object) =>
      end(await (await import("./commands/registry/deprecate.ts")).deprecate(id, options, terminal)),
    );
}
