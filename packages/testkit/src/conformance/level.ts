/** How much of an exporter is asked for: each level holds the ones before it. */
export const LEVELS = ["load", "hooks", "backend"] as const;

/** `load`: class and life without configuration. `hooks`: all events. `backend`: what a backend may do; needs an intake. */
export type ConformanceLevel = (typeof LEVELS)[number];
