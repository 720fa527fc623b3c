/**
 * A client with the names, defaults and stored keys of MonoCloud's browser package, over this package's core: an application moves over by
 * changing one import.
 *
 * @packageDocumentation
 */
export { MonoCloudWebJSClient } from './client.js';
export {
  MonoCloudAuthBaseError,
  MonoCloudHttpError,
  MonoCloudJsError,
  MonoCloudOPError,
  MonoCloudTokenError,
  MonoCloudValidationError,
  type MonoCloudRawResponse,
  type MonoCloudTokenErrorCode,
} from './errors.js';
export { MonoCloudOidcClient } from './oidc.js';
export { LocalStorage, MemoryStorage, SessionStorage } from './storage.js';
export type * from './types.js';
