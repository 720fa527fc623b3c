/**
 * The public types of the host's side.
 * @module
 */
import type { FrameContext } from '../types.js';
import type { HostedFrame } from './host.js';

/** What a mini-app wants and may have. */
export interface TokenRequest {
  /** The mini-app. */
  app: string;
  /** Whom the token is for. */
  audience: string;
  /** The scopes, all of which are granted to the mini-app. */
  scopes: string[];
  /** Whether a token from a cache will not do, because it was refused. */
  force: boolean;
}

/** A token for a mini-app. */
export interface TokenGrant {
  /** The access token, issued for this mini-app: never the platform's own. */
  accessToken: string;
  /** `Bearer`, if anything. */
  tokenType?: string | undefined;
  /** For how long it is good, in seconds. */
  expiresIn?: number | undefined;
  /** When it expires, in milliseconds since 1970; instead of `expiresIn`. */
  expiresAt?: number | undefined;
  /** The scopes that it has. Default: those asked for. */
  scopes?: readonly string[] | undefined;
  /** Handed to the frame only by the option `dangerouslyHandRefreshToken`. */
  refreshToken?: string | undefined;
}

/**
 * Where tokens come from. A rejection may have a `code` that is a word of the protocol (`needs_interaction`, `scope_not_granted`, `session_ended`,
 * `user_cancelled`, `disabled`, `offline`); everything else is `transient` to the frame.
 */
export interface TokenSource {
  /** Gets a token. */
  getToken(request: TokenRequest): Promise<TokenGrant>;
  /**
   * Tells who is signed in: a key that is another one for every sign-in, or null. Without it, somebody is signed in until `signedOut` is called. Gives
   * back a function that stops that.
   */
  watch?(tell: (key: string | null) => void): () => void;
}

/** The options of {@link fromClient}. */
export interface FromClientOptions {
  /**
   * Exchanges the access token of the sign-in for one of the mini-app (RFC 8693), instead of asking for one with the refresh token: for providers that know no
   * resource indicators, or whose mini-apps' audiences are no addresses. Says which parameter of the request names the audience. The exchange is part of
   * the client's extended module, loaded on demand.
   */
  exchange?: 'audience' | 'resource' | undefined;
}

/** Who asks for something of the platform. */
export interface HostCall {
  /** The mini-app. */
  app: string;
  /** Its frame. */
  frame: HostedFrame;
}

/** What the platform does for mini-apps, by the name of the call, such as `toast.show`. */
export type HostHandlers = Record<string, (params: any, call: HostCall) => unknown>;

/** A mini-app. */
export interface MiniAppRegistration {
  /** Its name at the platform. */
  id: string;
  /** Its one origin: exactly scheme, host and port, and not the platform's own. */
  origin: string;
  /** The audiences that it may have tokens for, with their scopes. The first is the default. */
  audiences?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** What its frames are told. */
  context?: FrameContext | undefined;
  /** What the platform does for it, beside what it does for all. */
  handlers?: HostHandlers | undefined;
  /** How many requests its frames may make together within ten seconds. Default 10. */
  requests?: number | undefined;
  /** The least time between two forced refreshes, in milliseconds. Default 60000. */
  forcedRefreshEvery?: number | undefined;
  /**
   * Hands refresh tokens to the frames of this mini-app, where the source gives them. Whoever runs script in the frame can then take the person's access away with
   * them and keep it. Only for mini-apps that cannot work otherwise.
   */
  dangerouslyHandRefreshToken?: boolean | undefined;
}

/** The options of {@link createHost}. */
export interface HostOptions {
  /** The mini-apps. More can be registered later. */
  apps?: readonly MiniAppRegistration[] | undefined;
  /** Where tokens come from. */
  tokens: TokenSource | TokenSource['getToken'];
  /** What the platform does for all mini-apps. */
  handlers?: HostHandlers | undefined;
}

/** What can be listened to with {@link MiniAppHost.on}. */
export interface HostEvents {
  /** A frame has its port. */
  connected: (app: string, frame: HostedFrame | undefined) => void;
  /** A frame is gone or silent. */
  lost: (app: string, frame: HostedFrame | undefined) => void;
  /** A frame asked for something that it may not have; `detail` is the type of its message. */
  refused: (app: string, frame: HostedFrame | undefined, detail: string) => void;
  /** A frame sent so many messages that its port was closed. */
  flooded: (app: string, frame: HostedFrame | undefined) => void;
}
