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
/** The extension of Fulcio's certificates that names the repository whose workflow was run. */
const SOURCE_REPOSITORY = "1.3.6.1.4.1.57264.1.12";

/**
 * Checks a bundle with `sigstore`, where that is installed. The certificate must be of a workflow of the source itself:
 * anybody can have a certificate, and write another's repository into a statement.
 */
export const verifyWithSigstore: VerifyBundle = async (bundle, source) => {
  const sigstore = await import("sigstore").catch(() => undefined);
  if (sigstore === undefined)
    return { unchecked: "the signature of its attestation was not checked, which needs: npm install sigstore" };
  try {
    const { identity } = await sigstore.verify(bundle as Parameters<typeof sigstore.verify>[0], {
      certificateIssuer: GITHUB_ACTIONS,
    });
    const extension = identity?.oids?.find(({ oid }) => oid?.id.join(".") === SOURCE_REPOSITORY);
    return extension !== undefined && utf8String(extension.value) === source ? "holds" : "broken";
  } catch (error) {
    const isJudged = [sigstore.VerificationError, sigstore.PolicyError, sigstore.ValidationError].some(
      (kind) => error instanceof kind,
    );
    return isJudged
      ? "broken"
      : { unchecked: "the signature of its attestation was not checked: Sigstore is out of reach" };
  }
};

/** What a DER-encoded UTF8String of less than 256 bytes holds. */
export function utf8String(der: Uint8Array): string | undefined {
  const [tag, first = 0, second = 0] = der;
  const [start, length] = first === 0x81 ? [3, second] : [2, first];
  return tag === 0x0c && der.byteLength === start + length ? Buffer.from(der).toString("utf8", start) : undefined;
}

function objectIn(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
