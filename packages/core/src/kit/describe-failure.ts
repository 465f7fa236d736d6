const MAX_ANSWER_LENGTH = 300;

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "it refused the connection",
  ECONNRESET: "it closed the connection",
  EPIPE: "it closed the connection",
  UND_ERR_SOCKET: "it closed the connection",
  ENOTFOUND: "its name is not known to DNS",
  EAI_AGAIN: "DNS did not answer",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no network",
  ETIMEDOUT: "no connection came about in time",
  UND_ERR_CONNECT_TIMEOUT: "no connection came about in time",
};

const CERTIFICATE_CODES =
  /^(CERT_|ERR_TLS_CERT|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_SSL)/;

/** Why a request failed, as the end of a sentence. */
export function describeFailure(error: unknown): string {
  const { code, message } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    message?: unknown;
  };
  if (typeof code === "string") {
    if (CERTIFICATE_CODES.test(code))
      return `its certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS names a file with further authorities`;
    const words = FAILURES[code];
    if (words !== undefined) return `${words} (${code})`;
  }
  return oneLine(typeof message === "string" ? message : String(error));
}

/** The start of an answer's text in one line. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- a backend's answer must not steer a terminal
  const line = text.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  return line.length <= MAX_ANSWER_LENGTH ? line : `${line.slice(0, MAX_ANSWER_LENGTH)}…`;
}
