/**
 * Errors: one class for each party at fault, one stable code for each distinct wrong thing.
 * @module
 */
import { type ErrorCode, meanings } from './codes.js';
import { bare, type CoreError } from './host/protocol.js';
import type { StepUpChallenge } from './types.js';

/** What an error did to the session. */
export type SessionEffect = 'kept' | 'ended' | 'unknown';

/** The base of all errors of this package. */
export class OxidcError extends Error {
  /** The stable code; see the list of errors in the documentation. */
  readonly code: ErrorCode;
  /** Whether the session is what it was before, is over, or nobody knows. */
  readonly session: SessionEffect;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** Seconds after which another try is welcome, if the provider named them. */
  readonly retryAfter?: number;
  /** The provider's error code, if it gave one. Plain text. */
  readonly error?: string;
  /** The provider's own words, if it gave any. Plain text, never HTML. */
  readonly errorDescription?: string;
  /** What an API demands of the sign-in (RFC 9470), ready to be given to `signIn`. */
  readonly challenge?: StepUpChallenge;

  /** @internal */
  constructor(facts: CoreError, meaning: string) {
    const sentence = meaning.replace(/^\+/, '');
    super(facts.message ? `${sentence} (${facts.message})` : sentence);
    this.name = new.target.name;
    this.code = facts.code as ErrorCode;
    this.session = facts.session;
    this.retryable = meaning !== sentence;
    if (facts.retryAfter !== undefined) this.retryAfter = facts.retryAfter;
    if (facts.error !== undefined) this.error = facts.error;
    if (facts.errorDescription !== undefined) this.errorDescription = facts.errorDescription;
    if (facts.challenge) this.challenge = { ...facts.challenge, sameUser: true };
  }

  /** What may be sent to an error reporter: no secret is in it. */
  toJSON(): object {
    // The message is no own enumerable property of an error.
    return { ...this, message: this.message };
  }
}

/** The application's options or arguments are wrong. */
export class ConfigurationError extends OxidcError {
  static { name(this, 'ConfigurationError'); }
}
/** The browser or the page lacks something. */
export class EnvironmentError extends OxidcError {
  static { name(this, 'EnvironmentError'); }
}
/** A request did not get through, or the provider is overloaded. */
export class NetworkError extends OxidcError {
  static { name(this, 'NetworkError'); }
}
/** The provider said no, in the words of OAuth. */
export class ProviderError extends OxidcError {
  static { name(this, 'ProviderError'); }
}
/** The provider's answer is wrong or forged. */
export class ProtocolError extends OxidcError {
  static { name(this, 'ProtocolError'); }
}
/** The address that the page was called back with is not acceptable. */
export class CallbackError extends OxidcError {
  static { name(this, 'CallbackError'); }
}
/** There is no session that could do this, or no longer. */
export class SessionError extends OxidcError {
  static { name(this, 'SessionError'); }
}
/** The application's own request cannot be sent with a token. */
export class RequestError extends OxidcError {
  static { name(this, 'RequestError'); }
}

/** A platform's page and a mini-app inside it do not agree. */
export class BridgeError extends OxidcError {
  static { name(this, 'BridgeError'); }
}

/** Minifiers rename classes; what an application sees stays. */
function name(of: object, name: string): void {
  Object.defineProperty(of, 'name', { value: name });
}

const classes: Record<(typeof meanings)[number][0], new (facts: CoreError, meaning: string) => OxidcError> = {
  configuration: ConfigurationError,
  environment: EnvironmentError,
  network: NetworkError,
  provider: ProviderError,
  protocol: ProtocolError,
  callback: CallbackError,
  session: SessionError,
  request: RequestError,
};

/** The error for what the core tells. */
export function errorOf(told: CoreError): OxidcError {
  const facts = bare(told);
  let number = 0;
  for (const [kind, codes] of meanings) {
    for (const [code, meaning] of Object.entries(codes)) {
      // The core tells the place in the list, the page the name.
      if (facts.code === number++ || facts.code === code) return new classes[kind](Object.assign(facts, { code }), meaning);
    }
  }
  // The extended module brings the meanings of its own codes along.
  const { kind, meaning } = facts;
  return new (kind ? classes[kind] : OxidcError)(facts, meaning ?? '');
}

/** An error that the page makes itself. */
export function errorFor(code: ErrorCode, message?: string): OxidcError {
  return errorOf({ code, message, session: 'kept' });
}
