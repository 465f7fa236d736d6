import type { JSX } from "preact";
import { Command } from "./command.tsx";
import { Layout } from "./layout.tsx";
import type { Place } from "./layout.tsx";

export interface ApiPageProperties {
  readonly place: Place;
  /** The text of the public key's second line, if the index is signed. */
  readonly publicKey?: string | undefined;
}

const FILES = [
  ["v1/registry.json", "The index: all exporters, sorted by id, as in the repository."],
  ["v1/registry.json.sha256", "Its checksum, for sha256sum."],
  ["v1/registry.json.minisig", "Its signature, for minisign. What it signs has the time and the commit in it."],
  ["v1/meta.json", "When and from which commit it was made, its size, checksum and key."],
  ["v1/exporters/<id>.json", "One exporter, with what is known about its package."],
] as const;

export function ApiPage({ place, publicKey }: ApiPageProperties): JSX.Element {
  const root = `${place.url}api/`;
  return (
    <Layout
      place={place}
      title="The registry as JSON"
      description="The list of exporters as signed JSON, at addresses that stay."
      path="api/"
    >
      <article class="text">
        <h1>The registry as JSON</h1>
        <p class="lead">
          The same list for programs. <code>v1</code> stays as it is: a change that could break a reader gets a new
          number. <code>latest</code> is the newest version.
        </p>
        <dl class="facts facts-wide">
          {FILES.map(([path, meaning]) => (
            <div key={path}>
              <dt>{path.includes("<") ? <code>{path}</code> : <a href={`${place.base}api/${path}`}>{path}</a>}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <h2>Check it before you trust it</h2>
        {publicKey === undefined ? (
          <p class="notice">This copy of the site is not signed.</p>
        ) : (
          <>
            <Command label="Fetch" text={`curl -sSO ${root}v1/registry.json -sSO ${root}v1/registry.json.minisig`} />
            <Command label="Verify" text={`minisign -Vm registry.json -P ${publicKey}`} />
            <p class="hint">
              Keep the key, and refuse an index whose signed time is older than that of the one you have: an old list is
              a way to bring back what was removed.
            </p>
          </>
        )}
      </article>
    </Layout>
  );
}
