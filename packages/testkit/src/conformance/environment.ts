/** What programs find in any environment; everything else may configure an exporter. */
const ORDINARY =
  /^(?:path|pathext|home|user|username|logname|shell|pwd|lang|lc_.*|tz|term|tmpdir|tmp|temp|ci|no_color|force_color|node|node_.*|npm_.*|vitest.*|test|dev|prod|mode|ssr|base_url|systemroot|windir|comspec|appdata|localappdata|userprofile|homedrive|homepath|programdata|programfiles.*)$/i;

/** Leaves the ordinary variables and these, and returns what puts the environment back. */
export function useEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (!ORDINARY.test(name)) delete process.env[name];
  Object.assign(process.env, variables);
  return () => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, before);
  };
}
