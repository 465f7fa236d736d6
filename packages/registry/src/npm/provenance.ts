/** Where and from what a package was built, as its attestation says. */
export interface Provenance {
  /** Of the repository, such as `https://github.com/acme/charm-telemetry-acme`. */
  readonly source: string;
}

/** What an attestation has to be about. */
export interface AttestedPackage {
  readonly name: string;
  readonly version: string;
  /** `sha512-…`, as the metadata has it and the tarball was compared with. */
  readonly integrity: string;
}

/** Says whether signature, certificate and log entry of a bundle hold, or why that cannot be told. */
export type VerifyBundle = (
  bundle: unknown,
  source: string,
) => Promise<"holds" | "broken" | { readonly unchecked: string }>;

type Json = Readonly<Record<string, unknown>>;

/** `unchecked` says why nobody can tell whether there is a provenance. */
export type ProvenanceAnswer = { readonly provenance: Provenance | null; readonly unchecked?: string };

/** Looks for an attestation in SLSA's form that is about exactly this tarball and whose signature holds. */
export async function readProvenance(
  attestations: readonly Json[],
  about: AttestedPackage,
  verify: VerifyBundle,
): Promise<ProvenanceAnswer> {
  let unchecked: string | undefined;
  for (const { predicateType, bundle } of attestations) {
    if (typeof predicateType !== "string" || !predicateType.startsWith("https://slsa.dev/provenance/")) continue;
    const source = sourceOf(bundle, about);
    if (source === undefined) continue;
    const verdict = await verify(bundle, source);
    if (verdict === "holds") return { provenance: { source } };
    if (verdict !== "broken") ({ unchecked } = verdict);
  }
  return { provenance: null, ...(unchecked === undefined ? {} : { unchecked }) };
}

/** The repository that a statement names, if the statement is about this tarball. */
function sourceOf(bundle: unknown, { name, version, integrity }: AttestedPackage): string | undefined {
  const { payload } = objectIn(objectIn(bundle)["dsseEnvelope"]);
  if (typeof payload !== "string") return undefined;
  let statement: Json;
  try {
    statement = objectIn(JSON.parse(Buffer.from(payload, "base64").toString()));
  } catch {
    return undefined;
  }
  const purl = `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
  const digests = integrity
    .split(/\s+/)
    .map((each) => Buffer.from(each.replace(/^sha512-/, ""), "base64").toString("hex"));
  const subjects = Array.isArray(statement["subject"]) ? statement["subject"].map(objectIn) : [];
  const isAbout = subjects.some((subject) => {
    const digest = objectIn(subject["digest"])["sha512"];
    return subject["name"] === purl && typeof digest === "string" && digests.includes(digest.toLowerCase());
  });
  return isAbout ? repositoryIn(objectIn(statement["predicate"])) : undefined;
}

/** Version 1 of SLSA's form, and version 0.2 before it. */
function repositoryIn(predicate: Json): string | undefined {
  const { workflow } = objectIn(objectIn(predicate["buildDefinition"])["externalParameters"]);
  const { uri } = objectIn(objectIn(predicate["invocation"])["configSource"]);
  const named = objectIn(workflow)["repository"] ?? uri;
  if (typeof named !== "string") return undefined;
  const text = named.replace(/^git\+/, "").replace(/@refs\/.*$/, "");
  return URL.canParse(text) && new URL(text).protocol === "https:" ? new URL(text).href.replace(/\/$/, "") : undefined;
}

const GITHUB_ACTIONS = "https://token.actions.githubusercontent.com";

/**
 * Checks a bundle with `sigstore`, where that is installed: the certificate must be that of a workflow in the source's
 * own repository.
 */
export const verifyWithSigstore: VerifyBundle = async (bundle, source) => {
  const sigstore = await import("sigstore").catch(() => undefined);
  if (sigstore === undefined)
    return { unchecked: "the signature of its attestation was not checked, which needs: npm install sigstore" };
  try {
    await sigstore.verify(bundle as Parameters<typeof sigstore.verify>[0], {
      certificateIssuer: GITHUB_ACTIONS,
      certificateIdentityURI: `^${escapeRegExp(source)}/\\.github/workflows/`,
    });
    return "holds";
  } catch (error) {
    const isJudged = [sigstore.VerificationError, sigstore.PolicyError, sigstore.ValidationError].some(
      (kind) => error instanceof kind,
    );
    return isJudged
      ? "broken"
      : { unchecked: "the signature of its attestation was not checked: Sigstore is out of reach" };
  }
};

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

function objectIn(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
