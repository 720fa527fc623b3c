/**
 * What both entries export beside the client.
 * @module
 */
export type { BaseClient } from './client.js';
export type { ErrorCode } from './codes.js';
export {
  BridgeError,
  CallbackError,
  ConfigurationError,
  EnvironmentError,
  NetworkError,
  OxidcError,
  ProtocolError,
  ProviderError,
  RequestError,
  SessionError,
  type SessionEffect,
} from './errors.js';
export { isUserInGroup, type GroupOptions } from './groups.js';
export { LocalStorage, MemoryStorage, SessionStorage } from './host/storage.js';
export { WorkerStorage, type WorkerStorageOptions } from './host/worker.js';
export type * from './oidc.js';
export type * from './types.js';
