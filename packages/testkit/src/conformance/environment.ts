/** What programs find in any environment; everything else may configure an exporter. */
const ORDINARY =
  /^(?:path|pathext|home|user|username|logname|shell|pwd|lang|lc_.*|tz|term|tmpdir|tmp|temp|ci|no_color|force_color|node|node_.*|npm_.*|vitest.*|test|dev|prod|mode|ssr|base_url|systemroot|windir|comspec|appdata|localappdata|userprofile|homedrive|homepath|programdata|programfiles.*)$/i;

type Variables = Readonly<Record<string, string | undefined>>;

/** The process's environment for the time of a case, and who changed it. */
export class CaseEnvironment {
  readonly #before: Variables = { ...process.env };
  readonly #told: (change: string) => void;
  #set: Variables = this.#before;

  constructor(told: (change: string) => void) {
    this.#told = told;
    this.use({});
  }

  /** Leaves the ordinary variables, and these. */
  use(variables: Readonly<Record<string, string>>): void {
    this.look();
    const ordinary = Object.entries(this.#before).filter(([name]) => ORDINARY.test(name));
    set({ ...Object.fromEntries(ordinary), ...variables });
    this.#set = { ...process.env };
  }

  /** Tells what has changed since it was set. The values stay untold: they may be secrets. */
  look(): void {
    const now: Variables = { ...process.env };
    for (const name of new Set([...Object.keys(this.#set), ...Object.keys(now)]))
      if (this.#set[name] !== now[name]) this.#told(`process.env.${name} was ${changeOf(this.#set[name], now[name])}`);
  }

  restore(): void {
    this.look();
    set(this.#before);
  }
}

function set(variables: Variables): void {
  for (const name of Object.keys(process.env)) if (variables[name] === undefined) delete process.env[name];
  Object.assign(process.env, variables);
}

function changeOf(before: string | undefined, now: string | undefined): string {
  if (before === undefined) return "added";
  return now === undefined ? "deleted" : "changed";
}
