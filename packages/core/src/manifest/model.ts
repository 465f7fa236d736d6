import { boolean, float, integer, list, model, nullable, oneOf, record, text, variables } from "./checks.ts";
import type { Check, Model } from "./checks.ts";

/**
 * What upstream enforces in charm.yaml, contract 0.4. Keys that are not listed are ignored at every level, as upstream
 * ignores them.
 */

const TEXTS: Check = list(text());

const PERSONA: Model = model({
  "name!": text(),
  version: text(/^\p{Nd}+\.\p{Nd}+\.\p{Nd}+$/u, "1.0.0"),
  "description!": text(),
  full_description: nullable(text()),
  authors: TEXTS,
  tags: TEXTS,
  license: text(),
  assets: nullable(model({ icon: nullable(text()), banner: nullable(text()), screenshots: TEXTS })),
});

const PRICING: Model = model({
  model: oneOf("free", "subscription", "one_time"),
  amount: float(),
  billing_period: nullable(oneOf("monthly", "annual")),
  trial: nullable(model({ enabled: boolean(), days: nullable(integer(1)) })),
});

const INTERFACE: Model = model({
  "input!": record(),
  "output!": record(),
  state: nullable(model({ format: oneOf("json", "binary", "pydantic_model"), schema: record() })),
  ui: nullable(record()),
});

const RUNTIME: Model = model({
  "adapter!": model({ "type!": text(), entry_point: nullable(text()), environment_variables: variables() }),
  skills: list(model({ "name!": text(), "source!": text(), version: nullable(text()), config: record() })),
  telemetry: list(text()),
  memory: model({ provider: text(), config: record() }),
  config: nullable(
    model({
      system_prompt: nullable(text()),
      model: text(),
      temperature: float(),
      auto_install_dependencies: boolean(),
    }),
  ),
  custom_image: nullable(text()),
  mode: oneOf("standard", "full"),
  lifecycle: oneOf("serverless", "daemon", "interactive"),
});

const POLICIES: Model = model({
  allow_internet_access: boolean(),
  human_in_the_loop: nullable(model({ enabled: boolean(), triggers: TEXTS })),
  max_steps: integer(),
  budget_limit: float(),
  execution_timeout_seconds: nullable(integer(1)),
});

/** The whole file. */
export const CONFIG: Model = model({
  "version!": text(/^0\.4(\.\p{Nd}+)?$/u, "0.4"),
  id: nullable(text()),
  "persona!": PERSONA,
  pricing: nullable(PRICING),
  auth: nullable(model({ providers: list(model({ "name!": text(), scopes: TEXTS })) })),
  goals: TEXTS,
  "interface!": INTERFACE,
  "runtime!": RUNTIME,
  policies: nullable(POLICIES),
  workflow: nullable(record()),
});
