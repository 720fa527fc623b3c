/**
 * `Rest`, `RateLimiter` and `User`: one object each, over the frame that was initialised.
 * @module
 */
import { errorFor } from './errors.js';
import type { MiniAppFrame } from './frame.js';
import { OAuth2 } from './oauth2.js';
import { UserOptions } from './ui.js';
import type { RateLimitState, RestCallParams, RestGetParams, RestPostData, UserRole } from './types.js';

let current: MiniAppFrame | undefined;

/** @internal */
export function attach(frame: MiniAppFrame | undefined): void {
  current = frame;
  OAuth2.attach(frame);
}

/** The frame that was initialised. */
export function frame(what: string): MiniAppFrame {
  if (!current) throw errorFor('not_initialized', what);
  return current;
}

/** The platform's rate limit: so many requests a second; the others wait, and those answered with 429 are repeated. */
export class RateLimiter {
  static #instance: RateLimiter | undefined;

  /** The instance. */
  static getInstance(): RateLimiter {
    return (this.#instance ??= new RateLimiter());
  }

  #state(): RateLimitState {
    return current?.limiter ?? { limit: -1, processing: 0, remaining: -1, reset: 0, lastRequestTime: 0 };
  }

  /** Requests per second; -1 until the first request has taken it from the context. */
  get limit(): number { return this.#state().limit; }
  /** Requests under way. */
  get processing(): number { return this.#state().processing; }
  /** Requests that are left, as the last answer said; -1 before. */
  get remaining(): number { return this.#state().remaining; }
  /** When there will be more, in milliseconds since 1970; 0 before. */
  get reset(): number { return this.#state().reset; }
  /** When the last request was sent, in milliseconds since 1970; 0 before. */
  get lastRequestTime(): number { return this.#state().lastRequestTime; }

  /** Releases the instance. */
  destroy(): void { RateLimiter.#instance = undefined; }
}

/** Requests to the platform's interface. */
export class Rest {
  static #instance: Rest | undefined;

  /**
   * The instance.
   *
   * @throws {@link BridgeError} `not_initialized` before the frame is initialised.
   */
  static getInstance(): Rest {
    frame('Rest');
    return (this.#instance ??= new Rest());
  }

  /** The tokens. */
  get oauth2(): OAuth2 { return OAuth2.initialize(); }
  /** The rate limit. */
  get rateLimiter(): RateLimiter { return RateLimiter.getInstance(); }

  /** Makes a request of either kind. */
  async call(params: RestCallParams): Promise<any> {
    const { type = 'get', method, params: query, data } = params;
    return type.toLowerCase() === 'post' ? this.post(method, data ?? query) : this.get(method, query ?? data);
  }

  /** Reads. */
  async get(method: string, params?: RestGetParams): Promise<any> {
    return both(await frame('Rest').get(method, params));
  }

  /** Creates, changes or deletes. */
  async post(method: string, data?: RestPostData): Promise<any> {
    return both(await frame('Rest').post(method, data));
  }

  /** Releases the instance. */
  destroy(): void { Rest.#instance = undefined; }
}

/** Whether the original gives the body or its member `response` is not known, so what is given can be read in both ways. */
function both(value: any): any {
  if (typeof value === 'object' && value !== null && !('response' in value)) Object.defineProperty(value, 'response', { value });
  return value;
}

/** The person who uses the mini-app. */
export class User {
  static #instance: User | undefined;
  readonly #options = new UserOptions();

  /** The instance. */
  static getInstance(): User {
    return (this.#instance ??= new User());
  }

  /** The person's settings. */
  get options(): UserOptions { return this.#options; }

  /** Whether the person has one of the roles inside the mini-app. */
  async hasRole(role: UserRole | readonly UserRole[]): Promise<boolean> {
    return Boolean(await frame('User').call('user.hasRole', { roles: [role].flat() }));
  }

  /** Whether the person administers the portal. */
  async isAdmin(): Promise<boolean> {
    return Boolean(await frame('User').call('user.isAdmin'));
  }

  /** Releases the instance. */
  destroy(): void { User.#instance = undefined; }
}
