/** Finds secrets in text: for tools that show or publish some. Agents and exporters get theirs masked without asking. */
export { Masker, collectSecrets } from "./secrets.ts";
