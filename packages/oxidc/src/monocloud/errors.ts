/**
 * The errors of the drop-in: its classes and texts are those that applications already catch. `name` stays `Error` for all of them.
 * @module
 */

/** What is kept of an unsuccessful answer. */
export interface MonoCloudRawResponse {
  /** The HTTP status. */
  status: number;
  /** The words beside the status. */
  statusText: string;
  /** The header fields, repeated ones joined by commas, without cookies. */
  headers: Record<string, string>;
  /** The body as a text. */
  body: string;
}

/** The base of all errors of the drop-in. */
export class MonoCloudAuthBaseError extends Error {
  /** The answer that the error is about, if there was one. */
  readonly raw?: MonoCloudRawResponse;

  constructor(message?: string, raw?: MonoCloudRawResponse) {
    super(message);
    if (raw) this.raw = raw;
  }
}

/** The provider said no, in the words of OAuth. The message is the error code. */
export class MonoCloudOPError extends MonoCloudAuthBaseError {
  /** The error code (RFC 6749 sections 4.1.2.1 and 5.2). */
  readonly error: string;
  /** The provider's own words. */
  readonly errorDescription?: string | undefined;

  constructor(error: string, errorDescription?: string, raw?: MonoCloudRawResponse) {
    super(error, raw);
    this.error = error;
    this.errorDescription = errorDescription;
  }
}

/** Something is missing or does not belong to this flow. */
export class MonoCloudValidationError extends MonoCloudAuthBaseError {}

/** Why a token was refused. */
export type MonoCloudTokenErrorCode = 'invalid_token' | 'inactive_token' | 'insufficient_scope' | 'insufficient_groups';

/** A token is not good. */
export class MonoCloudTokenError extends MonoCloudAuthBaseError {
  /** Why. */
  readonly code: MonoCloudTokenErrorCode;

  constructor(message: string, code: MonoCloudTokenErrorCode = 'invalid_token', raw?: MonoCloudRawResponse) {
    super(message, raw);
    this.code = code;
  }
}

/** A request did not get through, or its answer is unexpected. */
export class MonoCloudHttpError extends MonoCloudAuthBaseError {
  /** The HTTP status, if there was an answer. */
  get status(): number | undefined {
    return this.raw?.status;
  }
  /** The words beside the status, if there was an answer. */
  get statusText(): string | undefined {
    return this.raw?.statusText;
  }
}

/** The browser lacks something or was interrupted: windows, frames, locks. */
export class MonoCloudJsError extends MonoCloudAuthBaseError {}
