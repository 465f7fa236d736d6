export interface SentryAttribute {
  readonly value: string | number | boolean | readonly (string | number | boolean)[];
  readonly type: "string" | "integer" | "double" | "boolean" | "array";
}

/** A span of the span protocol, version 2. */
export interface SentrySpan {
  /** 32 hex digits. */
  readonly trace_id: string;
  /** 16 hex digits. */
  readonly span_id: string;
  /** Absent on a root. */
  readonly parent_span_id?: string | undefined;
  readonly name: string;
  /** Seconds since 1970. */
  readonly start_timestamp: number;
  readonly end_timestamp: number;
  readonly status: "ok" | "error";
  readonly is_segment: boolean;
  readonly attributes: Readonly<Record<string, SentryAttribute>>;
  readonly links?: readonly unknown[] | undefined;
}

export interface SentryFrame {
  readonly filename?: string | undefined;
  readonly function?: string | undefined;
  readonly lineno?: number | undefined;
  readonly colno?: number | undefined;
  readonly in_app?: boolean | undefined;
  readonly context_line?: string | undefined;
}

export interface SentryException {
  readonly type?: string | undefined;
  readonly value?: string | undefined;
  readonly stacktrace?: { readonly frames: readonly SentryFrame[] } | undefined;
  readonly mechanism?: Readonly<Record<string, unknown>> | undefined;
}

export interface SentryBreadcrumb {
  readonly timestamp: number;
  readonly category?: string | undefined;
  readonly message?: string | undefined;
  readonly level?: string | undefined;
  readonly type?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

interface TraceContext {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id?: string | undefined;
}

interface EventBase {
  readonly event_id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly platform: string;
  readonly environment?: string | undefined;
  readonly release?: string | undefined;
  readonly server_name?: string | undefined;
  readonly tags?: Readonly<Record<string, unknown>> | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  readonly user?: Readonly<Record<string, unknown>> | undefined;
  readonly breadcrumbs?: readonly SentryBreadcrumb[] | undefined;
}

/** An error or a message. */
export interface SentryEvent extends EventBase {
  readonly level?: string | undefined;
  readonly message?: string | undefined;
  readonly exception?: { readonly values: readonly SentryException[] } | undefined;
  readonly contexts?: (Readonly<Record<string, unknown>> & { readonly trace?: TraceContext | undefined }) | undefined;
}

export interface SentryTransaction extends EventBase {
  readonly type: "transaction";
  readonly transaction: string;
  readonly start_timestamp: number;
  readonly contexts: Readonly<Record<string, unknown>> & { readonly trace: TraceContext };
  readonly spans: readonly (TraceContext & Readonly<Record<string, unknown>>)[];
}

/** What a client says that it has dropped by itself. */
export interface SentryClientReport {
  readonly timestamp: number;
  readonly discarded_events: readonly {
    readonly reason: string;
    readonly category: string;
    readonly quantity: number;
  }[];
}
