/**
 * The public types of the frame's side.
 * @module
 */

/** Another way to the host, for a platform with a wire protocol of its own. */
export interface HostTransport {
  /** The host's origin, as far as it is known. */
  readonly origin: string;
  /**
   * Asks the host. Methods: `context`, answered with a {@link FrameContext}; `token` with `{audience?, scope?, reason, rejected?}`, answered with
   * `{access_token, token_type, expires_in?, scope?, audience?, token_id?, refresh_token?}`; `call` with `{method, params}`, answered with anything.
   * A rejection may have a `code` that is a word of the protocol, such as `session_ended` or `needs_interaction`.
   */
  request(method: string, params: unknown, options: { timeout: number; signal: AbortSignal }): Promise<unknown>;
  /** Tells the host something that has no answer. */
  notify(method: string, params: unknown): void;
  /** Listens to what the host tells; gives back a function that stops that. */
  subscribe(event: string, handler: (data: unknown) => void): () => void;
  /** Releases what is held. */
  close(): void;
}

/** An interface whose requests carry a token. */
export interface FrameApi {
  /** Exactly scheme, host and port. */
  origin: string;
  /** The audience of the token. Default: the host's default for this mini-app. */
  audience?: string | undefined;
  /** The scopes of the token. */
  scopes?: string | readonly string[] | undefined;
}

/** The options of {@link createFrame}. */
export interface FrameOptions {
  /**
   * The origins of the platform's pages, each exactly scheme, host and port, fixed when the mini-app is built. Default: the content
   * of the page's `<meta name="miniapp-hosts">`.
   */
  hosts?: readonly string[] | undefined;
  /** Origins to which `fetch` adds a token. The platform's own interface, which the context names, is always one. */
  allowedOrigins?: readonly (string | FrameApi)[] | undefined;
  /** How long the host may take to answer, in milliseconds. Default 10000. */
  timeout?: number | undefined;
  /** Whether tokens are renewed before they expire while the page is visible. Default true. */
  automaticRenewal?: boolean | undefined;
  /** Another way to the host. */
  transport?: HostTransport | undefined;
  /** Aborts the start. */
  signal?: AbortSignal | undefined;
}

/** A token of the frame. */
export interface FrameTokens {
  /** The access token. Opaque: never look into it. */
  accessToken: string;
  /** `Bearer`. */
  tokenType: string;
  /** Whom it is for. */
  audience: string;
  /** The granted scopes. */
  scopes: string[];
  /** When it expires, in milliseconds since 1970; absent where the host does not say. */
  expiresAt?: number;
  /** The refresh token, if the host dangerously hands it to frames; else the empty text. */
  refreshToken: string;
}

/** The options of {@link MiniAppFrame.getTokens}. */
export interface FrameTokenOptions {
  /** Whom the token is for. Default: the host's default for this mini-app. */
  audience?: string | undefined;
  /** The scopes that it must carry. */
  scopes?: string | readonly string[] | undefined;
  /** How long it must live at least, in milliseconds. Default 0. */
  minTtl?: number | undefined;
  /** Asks the host for a new one even if the token is still good. */
  forceRefresh?: boolean | undefined;
  /** Aborts the call; a question to the host goes on for the others. */
  signal?: AbortSignal | undefined;
}

/** The account that the platform shows. */
export interface AccountContext { id: string }
/** The mini-app as the platform knows it. */
export interface AppContext { id: string; version: string }
/** The tokens in the context. */
export interface AuthContext {
  access_token: string;
  /** The empty text, unless the host dangerously hands refresh tokens to frames. */
  refresh_token: string;
  /** Local time, like `2026-04-01 10:15:20`; the empty text where it is not known. */
  expires_at: string;
}
/** Where in the platform this frame stands. */
export interface PlacementContext { id: string; code: string; props: Record<string, unknown> }
/** How much the platform's interface allows. */
export interface RateLimitContext {
  /** Requests per second. */
  limit: number;
}

/** What the host tells the frame. */
export interface FrameContext {
  https?: boolean;
  language?: string;
  domain?: string;
  account?: AccountContext;
  app?: AppContext;
  auth?: AuthContext;
  placement?: PlacementContext;
  ratelimit?: RateLimitContext;
  [key: string]: any;
}

/** What can be listened to with {@link MiniAppFrame.on}. */
export interface FrameEvents {
  /** The host answers; also after it was silent, and with another session. */
  connected: (context: FrameContext) => void;
  /** The context changed. */
  context: (context: FrameContext) => void;
  /** A token arrived; `replaced` says whether there was one before. */
  tokens: (tokens: FrameTokens, replaced: boolean) => void;
  /** The host is silent. The session is kept; tokens are used while they live. */
  degraded: () => void;
  /** The host ended the session. Nothing of it is kept here. */
  ended: () => void;
  /** The platform tells something. */
  host: (name: string, data: unknown) => void;
}

/** What is known of the rate limit. */
export interface RateLimitState {
  /** Requests per second; -1 until it is known. */
  limit: number;
  /** Requests under way. */
  processing: number;
  /** Requests that are left; -1 until it is known. */
  remaining: number;
  /** When there will be more, in milliseconds since 1970; 0 until it is known. */
  reset: number;
  /** When the last request was sent, in milliseconds since 1970; 0 before the first. */
  lastRequestTime: number;
}

/** A single value of a filter. */
export type Primitive = string | number | boolean | null;
/** How a value is compared; `less` and `more` include equality. */
export type FilterCompareType = 'exact_value' | 'less' | 'more';
/** A comparison. */
export interface FilterCompareValue { type: FilterCompareType; value: Primitive }
/** The type of a range. */
export type FilterRangeType = 'range';
/** A range. */
export interface FilterRangeValue { type: FilterRangeType; start_value: Primitive; end_value: Primitive }
/** A range of days. */
export interface FilterDateRangeValue { start_date: string; end_date: string }
/** What a field is filtered by. */
export type FilterValue = Primitive | readonly Primitive[] | FilterCompareValue | FilterRangeValue | FilterDateRangeValue;
/** Filters by field. */
export type RestFilter = Record<string, FilterValue>;

/** The parameters of a list. */
export interface RestGetParams {
  /** Entries per page, at most 100. The platform's default is 50. */
  limit?: number | undefined;
  /** The page, from 1. */
  page?: number | undefined;
  /** Text to search for. */
  search?: string | undefined;
  /** The fields wanted. */
  fields?: readonly string[] | undefined;
  /** Filters. */
  filter?: RestFilter | undefined;
  [key: string]: unknown;
}
/** The members of an entry that is written. */
export type RestPostData = Record<string, unknown>;
/** The two kinds of requests. */
export type RestCallType = 'get' | 'post';
/** A request. */
export interface RestCallParams {
  /** Default `get`. */
  type?: RestCallType | undefined;
  /** The path, such as `/core/user/list`. */
  method: string;
  /** For `get`. */
  params?: RestGetParams | undefined;
  /** For `post`. */
  data?: RestPostData | undefined;
}
/** What a request of a frame may bring along. */
export interface RestOptions {
  /** Aborts the request. */
  signal?: AbortSignal | undefined;
}

/** A role inside the mini-app. */
export type UserRole = 'admin' | 'employee' | 'none';
/** Handlers by the name of an event. Assigning an object replaces all of them. */
export type EventCallbacks<Name extends string> = { [event in Name]?: (data?: any) => void };
/** The events of `Frame`. */
export type FrameEventName = 'onReady';
/** The events of `OAuth2`. */
export type OAuth2EventName = 'onRefresh';
/** The parameters of `App.initializeFrame`. */
export interface FrameParams extends FrameOptions {
  /** Handlers. */
  events?: EventCallbacks<FrameEventName> | undefined;
}
/** What a refresh brought: the members of {@link AuthContext}, and the same in other words. */
export interface OAuth2RefreshResult extends AuthContext {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date | null;
}
/** The parameters of `OAuth2.initialize`. */
export interface OAuth2Params {
  /** Handlers. */
  events?: EventCallbacks<OAuth2EventName> | undefined;
}
