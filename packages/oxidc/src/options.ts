/**
 * The shape of the options, so that mistakes show where the client is constructed. The core checks everything again when it is made.
 * @module
 */
import type { ErrorCode } from './codes.js';
import { errorFor } from './errors.js';
import { bare } from './host/index.js';
import type { AuthClientOptions, Storage } from './types.js';

type Check = (value: unknown) => ErrorCode | undefined;

const when = (good: boolean, code: ErrorCode = 'option_invalid') => (good ? undefined : code);
const flag: Check = (value) => when(typeof value === 'boolean');
const callable: Check = (value) => when(typeof value === 'function');
const texts: Check = (value) => when(typeof value === 'string' || (Array.isArray(value) && value.every((v) => typeof v === 'string')));
const list: Check = (value) => when(Array.isArray(value));
const record: Check = (value) => when(typeof value === 'object');

const url = (value: unknown) => (typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined);
const secure = ({ protocol, hostname }: URL) =>
  protocol === 'https:' || (protocol === 'http:' && /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));

const address: Check = (value) => {
  const parsed = url(value);
  return when(!!parsed && secure(parsed) && !parsed.username && !parsed.password && !/#/.test(parsed.href), 'redirect_uri_invalid');
};

const CHECKS: Record<keyof AuthClientOptions, Check> = {
  issuer: (value) => {
    const parsed = url(value);
    if (!parsed || /[?#]/.test(parsed.href)) return 'issuer_invalid';
    return when(secure(parsed), 'issuer_insecure');
  },
  clientId: (value) => when(typeof value === 'string' && value !== '', 'client_id_missing'),
  redirectUri: address,
  postLogoutRedirectUri: address,
  scopes: texts,
  resources: list,
  storage: (value) =>
    when(['getItem', 'setItem', 'removeItem'].every((name) => typeof (value as Storage)[name as keyof Storage] === 'function')),
  fetchUserinfo: flag,
  clockTolerance: (value) => when(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 300),
  timeouts: record,
  allowedOrigins: (value) => {
    const origins = Array.isArray(value) ? value.map((entry) => (typeof entry === 'string' ? entry : entry?.origin)) : [];
    const exact = origins.every((origin) => !/\*/.test(origin) && url(origin)?.origin === origin && secure(new URL(origin)));
    return list(value) ?? when(exact, 'allowed_origin_invalid');
  },
  provider: record,
  idTokenAlgorithms: list,
  trustedAudiences: list,
  automaticRenewal: flag,
  onReturn: callable,
  dpop: (value) => (value === 'optional' ? undefined : flag(value)),
  par: flag,
  requestObject: (value) => when(typeof value === 'function' || (value as { key?: unknown }).key instanceof CryptoKey),
  responseMode: (value) => when(value === 'query.jwt' || value === 'fragment.jwt'),
  signedUserinfo: flag,
  checkSession: flag,
  defaultSignIn: record,
  popup: record,
  onSessionCreating: callable,
  onStepUp: callable,
  filteredClaims: list,
  frontChannelLogoutUri: address,
  frontChannelLogoutSessionRequired: flag,
  sessionKey: (value) => when(typeof value === 'string' && value !== ''),
};

/** Whether the options ask for what only the extended module can do. */
export const isExtended = ({ dpop, par, requestObject, responseMode, signedUserinfo, checkSession }: AuthClientOptions): boolean =>
  !!(dpop || par || requestObject || responseMode || signedUserinfo || checkSession);

/** What the main module does not know. */
const OF_THE_EXTENDED = ['dpop', 'par', 'requestObject', 'responseMode', 'signedUserinfo', 'checkSession'];

/** What the core has no use for. */
const OF_THE_PAGE = ['storage', 'onReturn', 'defaultSignIn', 'popup', 'onSessionCreating', 'onStepUp'];

/** The options as they were given: nothing that every object of a page happens to inherit is one of them. */
export function own(options: AuthClientOptions): AuthClientOptions {
  if (typeof options !== 'object' || options === null) throw errorFor('option_invalid', 'options');
  return bare(options);
}

/** Refuses options of a wrong shape; gives back those that the core reads. */
export function check(options: AuthClientOptions): Record<string, unknown> {
  if ('clientSecret' in options || 'clientAuthentication' in options) throw errorFor('client_secret_refused');
  for (const [name, check] of Object.entries(CHECKS)) {
    const value = options[name as keyof AuthClientOptions];
    const required = name === 'issuer' || name === 'clientId';
    const code = value === undefined && !required ? undefined : value === null ? 'option_invalid' : check(value);
    if (code) throw errorFor(code, name);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(CHECKS, name)) throw errorFor('option_unknown', name);
  }
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !OF_THE_PAGE.includes(name)));
  // The main module does not know the others, not even when they say no.
  if (!isExtended(options)) return Object.fromEntries(Object.entries(rest).filter(([name]) => !OF_THE_EXTENDED.includes(name)));
  const { requestObject } = options;
  return { ...rest, requestObject: typeof requestObject === 'object' ? { ...requestObject, key: 'requestObject' } : requestObject && 'supplied' };
}
