/**
 * The errors of mini-apps. Their machines bring the sentences along, so a frame does not load those of all other errors.
 * @module
 */
import { frameMeanings } from '../codes.js';
import { BridgeError, ConfigurationError, EnvironmentError, NetworkError, OxidcError, RequestError, SessionError } from '../errors.js';
import type { CoreError } from '../host/protocol.js';

const classes: Record<string, typeof OxidcError> = {
  bridge: BridgeError,
  configuration: ConfigurationError,
  environment: EnvironmentError,
  network: NetworkError,
  request: RequestError,
  session: SessionError,
};

/** An error as a machine tells it. */
interface Told extends Omit<CoreError, 'kind'> {
  kind: string;
  message: string;
  retryable: boolean;
}

/** The error for what a machine tells. */
export function errorOf({ kind, message, retryable, ...facts }: Told): OxidcError {
  return new (classes[kind] ?? OxidcError)(facts, `${retryable ? '+' : ''}${message}`);
}

/** An error that the face makes itself. */
export function errorFor(code: keyof typeof frameMeanings, message?: string, error?: string): OxidcError {
  const [kind, meaning] = frameMeanings[code];
  return new classes[kind]!({ code, message, session: 'kept', ...(error && { error }) }, meaning);
}
