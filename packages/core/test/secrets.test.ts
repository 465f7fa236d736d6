import { inspect } from "node:util";
import { expect, describe, it } from "vitest";
import fc from "fast-check";
import { collectSecrets, Masker } from "../src/secrets.ts";

const CANARY = 'canary/+ "k\\ey"=é\n\u007f😀~!(*)';
const masker = (...secrets: string[]): Masker =>
  new Masker(new Map(secrets.map((value, index) => [value, `VAR_${index}`])));

describe("collectSecrets", () => {
  it("takes variables that look secret by name, and those that charm.yaml declares", () => {
    const secrets = collectSecrets(
      {
        OPENAI_API_KEY: "canary-openai-1",
        slack_bot_token: "canary-slack-2",
        SENTRY_DSN: "canary-dsn-3",
        PGPASSWORD: "canary-pg-4",
        DB_PASS: "canary-pass-5",
        SSH_PASSPHRASE: "canary-phrase-6",
        AUTHORIZATION: "canary-auth-7",
        TAVILY_URL: "canary-declared-8",
        HOME: "/home/somebody",
        COMPASS: "not-a-pass-word",
        UNSET_KEY: undefined,
      },
      ["TAVILY_URL", "NOT_THERE"],
    );
    expect(Object.fromEntries(secrets)).toEqual({
      "canary-openai-1": "OPENAI_API_KEY",
      "canary-slack-2": "slack_bot_token",
      "canary-dsn-3": "SENTRY_DSN",
      "canary-pg-4": "PGPASSWORD",
      "canary-pass-5": "DB_PASS",
      "canary-phrase-6": "SSH_PASSPHRASE",
      "canary-auth-7": "AUTHORIZATION",
      "canary-declared-8": "TAVILY_URL",
    });
  });

  it.each([
    "short-1",
    "thinking",
    "Thinking",
    "THINKING",
    "12345678",
    "-1234.5678",
    "false",
    "   true   ",
    "192.168.100.200",
    "",
  ])("leaves out %j: masking it would only damage text", (value) => {
    expect(collectSecrets({ SOME_KEY: value, DECLARED: value }, ["DECLARED"]).size).toBe(0);
  });

  it.each(["abcdefghijklmnopqrstuvwxyz", "1234567890123456", "Th1nking", "two words", "8f14e45f"])(
    "takes %j: no plain word or number",
    (value) => {
      expect([...collectSecrets({ SOME_KEY: value }).keys()]).toEqual([value]);
    },
  );

  it("takes away the newline that a file has left at the end", () => {
    expect([...collectSecrets({ SOME_KEY: "canary-from-file\r\n" }).keys()]).toEqual(["canary-from-file"]);
  });

  it("takes the password of any URL, as it is written and as it is used", () => {
    const secrets = collectSecrets({
      DATABASE_URL: "postgres://canary-user:canary%2Fdb%40pass@localhost:5432/db",
      REDIS_URL: "redis://:canary-redis-pass@localhost",
      PLAIN_URL: "http://localhost:8080/@scope/package",
      BROKEN_URL: "amqp://user:canary-%E0%A4%A@localhost",
    });
    expect(Object.fromEntries(secrets)).toEqual({
      "canary%2Fdb%40pass": "DATABASE_URL",
      "canary/db@pass": "DATABASE_URL",
      "canary-redis-pass": "REDIS_URL",
      "canary-%E0%A4%A": "BROKEN_URL",
    });
  });

  it("names a value that two variables share after the first", () => {
    expect(Object.fromEntries(collectSecrets({ A_KEY: "canary-shared", B_KEY: "canary-shared" }))).toEqual({
      "canary-shared": "A_KEY",
    });
  });
});

/** The ways in which a value gets into text, by the language's own means: what becomes of it, and what is around it. */
const WRITINGS: Readonly<Record<string, (value: string) => [before: string, written: string, after: string]>> = {
  "as it is": (value) => ["key=", value, "!"],
  "in JSON": (value) => ['{"value":"', inside(JSON.stringify(value)), '"}'],
  "in JSON in JSON": (value) => [
    '{"body":"{\\"value\\":\\"',
    inside(JSON.stringify(inside(JSON.stringify(value)))),
    '\\"}',
  ],
  "in ASCII JSON": (value) => ['["', inside(asciiJson(value)), '"]'],
  "in ASCII JSON in JSON": (value) => ['"[\\"', inside(JSON.stringify(inside(asciiJson(value)))), '\\"]"'],
  "in JSON with escaped slashes": (value) => ['"', inside(JSON.stringify(value)).replaceAll("/", "\\/"), '"'],
  "as a part of a URL": (value) => ["http://localhost/?q=", encodeURIComponent(value), "&r=1"],
  "in a query": (value) => ["?", new URLSearchParams({ value }).toString().slice("value=".length), "#"],
  "in a parsed URL": (value) => {
    const url = new URL("http://localhost/?v=");
    url.searchParams.set("v", value);
    return [url.href.slice(0, 20), url.href.slice(20), "#"];
  },
  "in a strictly encoded URL": (value) => [
    "/",
    encodeURIComponent(value).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`),
    "/",
  ],
  "in lower-case percent codes": (value) => [
    "/",
    encodeURIComponent(value).replaceAll(/%../g, (code) => code.toLowerCase()),
    "/",
  ],
  "as an object key": (value) => ['{"', inside(JSON.stringify(value)), '":1}'],
  "in an error's stack": (value) => ["Error: denied: ", value, "\n    at agent.js:1:1"],
};

function inside(quoted: string): string {
  return quoted.slice(1, -1);
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

describe("a masker of literal secrets", () => {
  it.each(Object.keys(WRITINGS))("finds a secret %s", (name) => {
    const [before, written, after] = WRITINGS[name]?.(CANARY) ?? ["", "", ""];
    expect(masker(CANARY).mask(before + written + after)).toBe(`${before}[VAR_0_REDACTED]${after}`);
  });

  it("finds a secret in what Node shows of an object", () => {
    const value = 'canary"quoted\\back/slash';
    expect(masker(value).mask(inspect({ value }))).toBe("{ value: '[VAR_0_REDACTED]' }");
  });

  it("lets no secret through, in any writing, among any text", () => {
    const awkward = Array.from("\\\"/+ %=&'\n\t\0~*()[]{}^$|.?-aé\u{1F600}");
    const secret = fc
      .oneof(
        fc.string({ minLength: 8, maxLength: 40 }),
        fc.string({ unit: "binary", minLength: 8, maxLength: 20 }),
        fc.string({ unit: fc.constantFrom(...awkward), minLength: 8, maxLength: 12 }),
        fc.base64String({ minLength: 8, maxLength: 60 }),
      )
      .map((text) => text.trim())
      .filter(
        (text) => collectSecrets({ A_KEY: text }).size === 1 && !"[VAR_0_REDACTED][VAR_1_REDACTED]".includes(text),
      );
    const around = fc.string({ unit: "grapheme", maxLength: 30 });
    fc.assert(
      fc.property(
        secret,
        secret,
        fc.constantFrom(...Object.values(WRITINGS)),
        around,
        around,
        (one, other, write, a, z) => {
          const [before, written, after] = write(one);
          const masked = masker(one, other).mask(a + before + written + after + other + z);
          expect(masked).not.toContain(written);
          expect(masked).not.toContain(other);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("masks the longer of two secrets that begin alike, and both that overlap", () => {
    const both = masker("canary-one", "canary-one-and-more", "more-canary");
    expect(both.mask("<canary-one-and-more>")).toBe("<[VAR_1_REDACTED]>");
    expect(both.mask("<canary-one-and-more-canary>")).not.toMatch(/canary-one|more-canary/);
    expect(both.mask("canary-onecanary-one")).toBe("[VAR_0_REDACTED][VAR_0_REDACTED]");
  });

  it("takes secrets literally, whatever they mean in an expression", () => {
    const odd = ".*+?^${}()|[]\\/".repeat(2);
    expect(masker(odd).mask(`a${odd}b`)).toBe("a[VAR_0_REDACTED]b");
    expect(masker("........").mask("abcdefghij")).toBe("abcdefghij");
    expect(new Masker(new Map([["canary-dollar", "$&$1"]])).mask("canary-dollar")).toBe("[$&$1_REDACTED]");
  });

  it("finds secrets of any size, beside each other and beside short ones", () => {
    const big = (name: string, length: number): string => `${name}/"${"0123456789+".repeat(length / 11)}`;
    const [short, half, most] = ["canary-short", big("canary-half", 50_000), big("canary-most", 128_000)];
    const some = masker(short, half, most);
    for (const text of ["a ~ b", "a ~ b \u{1F600}"])
      for (const [at, secret] of [short, half, most].entries())
        for (const written of [secret, inside(JSON.stringify(secret)), encodeURIComponent(secret)])
          expect(some.mask(text.replace("~", () => `${written}${short}`))).toBe(
            text.replace("~", `[VAR_${at}_REDACTED][VAR_0_REDACTED]`),
          );
    // Only what begins like one.
    const other = `${most.slice(0, 100_000)} ${half.slice(0, 40_000)}`;
    expect(some.mask(`${other}${short}`)).toBe(`${other}[VAR_0_REDACTED]`);
  });

  it("finds each of many, long or short, and the short ones that long ones begin with", () => {
    const many = Array.from({ length: 2000 }, (_, index) => `${index}-canary-${index}/${"x".repeat(index)}`);
    const some = masker(...many);
    expect(some.mask(many.join(" "))).toBe(many.map((_, index) => `[VAR_${index}_REDACTED]`).join(" "));
    const long = `canary-1${"y".repeat(10_000)}`;
    expect(masker(long, "canary-1").mask(`${long.slice(0, 9000)} ${long}`)).toBe(
      `[VAR_1_REDACTED]${long.slice(8, 9000)} [VAR_0_REDACTED]`,
    );
  });

  it("leaves nothing of a token over that holds a shorter secret, nor of a secret that holds a token", () => {
    expect(masker("proj-9Zx8").mask("key sk-proj-9Zx8aaaa1111bbbb2222cccc3333!")).toBe("key [OPENAI_KEY_REDACTED]!");
    expect(masker("3333-end").mask("sk-proj-9Zx8aaaa1111bbbb2222cccc3333-end.")).toBe("[OPENAI_KEY_REDACTED].");
    expect(masker("<sk-aaaa1111bbbb2222cccc3333>").mask("<sk-aaaa1111bbbb2222cccc3333>")).toBe("[VAR_0_REDACTED]");
    expect(masker("of the token: sk-aaaa1111").mask("of the token: sk-aaaa1111bbbb2222cccc3333!")).not.toMatch(
      /aaaa|3333/,
    );
  });

  it("leaves other text as it is, and a second time all of it", () => {
    const some = masker(CANARY, "canary-two-2");
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(some.mask(text)).toBe(text);
      }),
    );
    const once = some.mask(`${CANARY} canary-two-2 https://u:pass-123@h sk-proj-abcdefghij0123456789`);
    expect(some.mask(once)).toBe(once);
  });

  describe("of several lines", () => {
    const lines = ["canary0MIIEvQIBADANBgkqh/kiG9w0", "canary1VJTUt9Us8cKj+MzEfYyjiWA4", "canary2R4fNqK1=="];
    const PEM = ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----"].join("\n");

    it.each([
      ["as it is", PEM],
      ["with the ends of lines written out", PEM.replaceAll("\n", "\\n")],
      ["with the other system's ends of lines", PEM.replaceAll("\n", "\r\n")],
    ])("are found %s in the environment, whatever ends their lines in the text", (_, value) => {
      const some = new Masker(collectSecrets({ SIGNING_KEY: value }));
      for (const end of ["\n", "\r\n", "\\n", "\\r\\n"])
        expect(some.mask(`key: ${PEM.replaceAll("\n", end)}!`)).toBe("key: [SIGNING_KEY_REDACTED]!");
      for (const line of lines) {
        expect(some.mask(`  ${line}`)).toBe("  [SIGNING_KEY_REDACTED]");
        expect(some.mask(JSON.stringify({ line }))).toBe('{"line":"[SIGNING_KEY_REDACTED]"}');
      }
    });

    it("keep other keys recognisable, which begin with the same line", () => {
      const some = new Masker(collectSecrets({ SIGNING_KEY: PEM }));
      expect(some.mask(PEM.replaceAll("canary", "another"))).toBe("[PRIVATE_KEY_REDACTED]");
    });

    it("damage no common text: words and short lines are none", () => {
      const some = new Masker(collectSecrets({ SOME_KEY: "canary-line-of-secret\nshort line\nunderstandableness" }));
      expect(some.mask("a short line of understandableness")).toBe("a short line of understandableness");
      expect(some.mask("a canary-line-of-secret")).toBe("a [SOME_KEY_REDACTED]");
    });

    it("are looked for as a whole alone when they are documents", () => {
      const text = Array.from({ length: 101 }, (_, index) => `canary, and line ${index}`).join("\n");
      const some = new Masker(collectSecrets({ SOME_KEY: text }));
      expect(some.mask(`<${text}>`)).toBe("<[SOME_KEY_REDACTED]>");
      expect(some.mask("canary, and line 7")).toBe("canary, and line 7");
    });
  });

  it("does without any", () => {
    expect(new Masker().mask("nothing to hide here")).toBe("nothing to hide here");
  });

  it("knows how short a text can be", () => {
    expect(masker("canary-12").shortest).toBe(8);
    expect(masker("canary-12").mask("canary-1")).toBe("canary-1");
    expect(masker("canary-1").mask("canary-1")).toBe("[VAR_0_REDACTED]");
  });
});

describe("maskValue", () => {
  const some = masker("canary-in-value");

  it("masks texts and keys at every depth", () => {
    expect(
      some.maskValue({
        a: ["x", { "key canary-in-value": "canary-in-value!" }],
        [JSON.parse('"__proto__"') as string]: { deep: "canary-in-value" },
        n: 1,
        none: null,
        yes: true,
      }),
    ).toEqual({
      a: ["x", { "key [VAR_0_REDACTED]": "[VAR_0_REDACTED]!" }],
      ["__proto__"]: { deep: "[VAR_0_REDACTED]" },
      n: 1,
      none: null,
      yes: true,
    });
  });

  it("keeps both members whose keys become the same", () => {
    const masked = masker("canary-key-1", "canary-key-2").maskValue({
      "sk-aaaaaaaaaaaaaaaaaaaa1": 1,
      "sk-bbbbbbbbbbbbbbbbbbbb2": 2,
    });
    expect(Object.values(masked)).toEqual([1, 2]);
  });

  it("returns the value itself where there is nothing to mask", () => {
    const value = { a: [1, "x", { b: null }], c: "text" };
    expect(some.maskValue(value)).toBe(value);
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(some.maskValue(json)).toBe(json);
      }),
    );
  });
});

const X = "x7".repeat(100);
const DIGITS = "0123456789abcdefABCDEF".repeat(10);

describe("token shapes", () => {
  const none = new Masker();

  it.each([
    ["OPENAI_KEY", `sk-proj-${X.slice(0, 40)}`],
    ["OPENAI_KEY", `sk-ant-api03-${X}_-${X}`],
    ["OPENAI_KEY", `sk-or-v1-${DIGITS.slice(0, 64)}`],
    ["LANGSMITH_KEY", `lsv2_pt_${"0123456789abcdef".repeat(2)}_0123456789`],
    ["API_KEY", `gsk_${X.slice(0, 52)}`],
    ["API_KEY", `hf_${X.slice(0, 34)}`],
    ["API_KEY", `tvly-dev-${X.slice(0, 32)}`],
    ["API_KEY", `glpat-${X.slice(0, 20)}`],
    ["GITHUB_TOKEN", `ghp_${X.slice(0, 36)}`],
    ["GITHUB_TOKEN", `github_pat_${X.slice(0, 22)}_${X.slice(0, 59)}`],
    ["AWS_KEY", "AKIAIOSFODNN7EXAMPLE"],
    ["SLACK_TOKEN", "xoxb-1234567890-canary"],
    ["GOOGLE_KEY", `AIza${X.slice(0, 35)}`],
    ["NPM_TOKEN", `npm_${X.slice(0, 36)}`],
    ["STRIPE_KEY", `sk_live_${X.slice(0, 24)}`],
    ["JWT", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"],
  ])("are masked: %s", (name, token) => {
    for (const [before, after] of [
      ["", ""],
      ['{"key":"', '"}'],
      ["see ", ", then"],
      ["(", ")"],
      ["a=", "&b"],
      ["\n", "\n"],
    ])
      expect(none.mask(`${before}${token}${after}`)).toBe(`${before}[${name}_REDACTED]${after}`);
  });

  it.each([
    [`Authorization: Bearer ${X.slice(0, 32)}==`, "Authorization: Bearer [BEARER_REDACTED]"],
    ['{"authorization":"bearer abc.def-0123456789"}', '{"authorization":"bearer [BEARER_REDACTED]"}'],
    ["Authorization: Basic Y2FuYXJ5OmNhbmFyeQ==", "Authorization: Basic [BASIC_AUTH_REDACTED]"],
    [
      '{\\"Authorization\\":\\"Basic Y2FuYXJ5OmNhbmFyeQ==\\"}',
      '{\\"Authorization\\":\\"Basic [BASIC_AUTH_REDACTED]\\"}',
    ],
    ["?authorization=Bearer+canary.0123456789.token&q=1", "?authorization=Bearer+[BEARER_REDACTED]&q=1"],
    ["?authorization=Bearer%20canary.0123456789.token", "?authorization=Bearer%20[BEARER_REDACTED]"],
    [
      "?db=postgres%3A%2F%2Fuser%3Acanary%2Dpass%40host%2Fdb%3Fmail%3Da%40b",
      "?db=postgres%3A%2F%2Fuser%3A[URL_PASSWORD_REDACTED]%40host%2Fdb%3Fmail%3Da%40b",
    ],
    ...["%3A%2f%2F", "%3a%2F%2f", "%3A%2F%2f", "%3a%2f%2f"].map((slashes) => [
      `?db=redis${slashes}user%3acanary-pass%40host`,
      `?db=redis${slashes}user%3a[URL_PASSWORD_REDACTED]%40host`,
    ]),
    ["-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----\nafter", "[PRIVATE_KEY_REDACTED]\nafter"],
    ["-----BEGIN PGP PRIVATE KEY BLOCK-----\ncanary\n-----END PGP PRIVATE KEY BLOCK-----", "[PRIVATE_KEY_REDACTED]"],
    ["x -----BEGIN PRIVATE KEY-----\\ncanary cut he", "x [PRIVATE_KEY_REDACTED]"],
    ["postgres://user:canary-pass@localhost:5432/db", "postgres://user:[URL_PASSWORD_REDACTED]@localhost:5432/db"],
    ["redis://:canary-pass@localhost", "redis://:[URL_PASSWORD_REDACTED]@localhost"],
    ["HTTPS://u:p@ss:w@rd@host/a", "HTTPS://u:[URL_PASSWORD_REDACTED]@host/a"],
    [`https://x-token:ghp_${X.slice(0, 36)}@github.com/a/b`, "https://x-token:[GITHUB_TOKEN_REDACTED]@github.com/a/b"],
    [
      '{"u":"https://abc.supabase.co/storage/v1/object/sign/bundles/a.zip?token=canary"}',
      '{"u":"[CHARM_BUNDLE_URL_REDACTED]"}',
    ],
  ])("are masked in their place: %s", (text, masked) => {
    expect(none.mask(text)).toBe(masked);
  });

  it.each([
    "sk-toggleable__content-label-of-an-estimator",
    "sk-short1",
    "ask-me-anything-about-hyphenated-words-1",
    "ghp_tooshort1",
    "AKIA-is-a-prefix of keys, and AKIAIOSFODNN7EXAMPLEandmore is none",
    "xoxo, your friend",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ",
    "npm_config_registry and npm_package_name_of_the_workspace_that_is_long",
    "the bearer responsibilities of the certificate",
    "Basic understanding of authorization",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "http://localhost:4873/@scope/name",
    "https://example.com:8080/path?mail=a@b.c",
    "ssh://git@host:22/repository, mail a@b.c",
    'see "https://example.com:" or <me@example.com>',
    "12:30 @ noon, ratio 3:4@5",
    "https://abc.supabase.co/storage/v1/object/public/a.zip",
    "hf_hub_download_of_a_very_long_function_name",
  ])("are not seen in ordinary text: %s", (text) => {
    expect(none.mask(text)).toBe(text);
  });

  it.each([
    ["-----BEGIN ", "A".repeat(64)],
    ["", "-----BEGIN PRIVATE KEY-----"],
    ["-----BEGIN PRIVATE KEY-----", "-----END "],
    ["-----BEGIN ", "PRIVATE KEY "],
    ["", "-----BEGIN A PRIVATE KEY--"],
    ["", "sk-"],
    ["sk-", "a-"],
    ["", "sk-aaaa-aaaa-aaaa-aaaa-aaaa "],
    ["", "eyJ-"],
    ["", "eyJaaaaaaaa."],
    ["", "eyJaaaaaaaa.eyJaaaaaaaa.- "],
    ["", "ghp_"],
    ["ghp_", "a"],
    ["", "github_pat_"],
    ["", "AKIA"],
    ["", "xoxb-"],
    ["", "gsk_"],
    ["hf_", "a"],
    ["", "Bearer "],
    ["Bearer ", "a"],
    ["", "Bearer a="],
    ["", "authorization: Basic "],
    ["authorization", '"'],
    ["authorization", " "],
    ["", "authorization\\\\ : "],
    ["", "%3A%2F%2Fa%3A"],
    ["%3A%2F%2Fa%3A", "a"],
    ["%3A%2F%2Fa%3A", "%40"],
    ["%3A%2F%2F", "%3A"],
    ["", "://"],
    ["", "://a:"],
    ["://a:", "a"],
    ["://a:", "@"],
    ["://", ":"],
    ["://a:", ":b@"],
    ["", "a:b@://"],
    ["", `://${"a".repeat(99)}:`],
    ["https://", "a."],
    ["https://", "a.supabase.co"],
    ["", "https://.supabase.co/storage/v1/object/sign/"],
    ["k_live_", "sk_live_"],
  ])("take linear time on %j and 2 MB of %j", (start, piece) => {
    // Read again from every position, 2 MB would take an hour.
    const text = start + piece.repeat(2_000_000 / piece.length);
    expect(none.mask(text).length).toBeLessThanOrEqual(text.length + 2_000_000);
    expect(
      none.mask(`${text} .supabase.co/storage/v1/object/sign/ eyJ sk- asic earer PRIVATE KEY`).length,
    ).toBeGreaterThan(0);
  });
});
