import type { Manifest } from "@charm/telemetry-core/manifest";
import { EXIT } from "../exit-code.ts";

/** What the cloud says of a charm.yaml; names and words are its own. */
export interface ContractVerdict {
  readonly config: "ok" | "error";
  readonly errors: readonly { readonly at: string; readonly type: string }[];
  /** Absent where the file is wrong: nothing of it is read then. */
  readonly telemetry?: readonly string[];
  readonly environment_variables?: Manifest["environmentVariables"];
  readonly loader: string;
  readonly exitCode: number;
}

export function contractVerdict(manifest: Manifest, hasPackageJson: boolean): ContractVerdict {
  const { contract, loader, adapter, telemetry, environmentVariables } = manifest;
  const errors = contract.map(({ at, type }) => ({ at, type }));
  if (errors.length > 0) return { config: "error", errors, loader, exitCode: EXIT.findings };
  const isNode = adapter.type === "node";
  // An entry point is asked for by the loader of each adapter, but by the check beforehand for node alone.
  const isRefused = loader === "unsupported adapter type" || (isNode && (loader !== "ok" || !hasPackageJson));
  return {
    config: "ok",
    errors,
    telemetry: telemetry.map(({ name }) => name),
    environment_variables: environmentVariables,
    loader,
    exitCode: isRefused ? EXIT.findings : EXIT.ok,
  };
}
