/** What a package may cost. */
export interface PackageLimits {
  /** Of the tarball as it is sent. */
  readonly maxPackedBytes: number;
  /** Where unpacking stops, whatever the rules say; the archive's own headers count. */
  readonly maxArchiveBytes: number;
  /** Of all files; a rule. */
  readonly maxUnpackedBytes: number;
  readonly maxFiles: number;
  readonly maxDependencies: number;
  /** For importing an entry point and trying its class. */
  readonly inspectTimeoutMs: number;
  /** Of JavaScript objects, in that process; buffers and all else may have three times as much, and 768 MB. */
  readonly maxHeapMb: number;
  /** For installing what the package depends on. */
  readonly installTimeoutMs: number;
}

const MIB = 1024 * 1024;

export const PACKAGE_LIMITS: PackageLimits = {
  maxPackedBytes: 16 * MIB,
  maxArchiveBytes: 32 * MIB,
  maxUnpackedBytes: 2 * MIB,
  maxFiles: 5000,
  maxDependencies: 10,
  inspectTimeoutMs: 10_000,
  maxHeapMb: 256,
  installTimeoutMs: 120_000,
};
