/**
 * What every build of the frame's side exports beside `createFrame`.
 * @module
 */
export { App, Frame } from './app.js';
export { MiniAppFrame } from './frame.js';
export { OAuth2 } from './oauth2.js';
export { RateLimiter, Rest, User } from './rest.js';
export type * from './types.js';
export { Event, Modal, Options, Sidepanel, Swal, Toast, UserOptions } from './ui.js';
export type { ErrorCode } from '../codes.js';
export { BridgeError, ConfigurationError, EnvironmentError, NetworkError, OxidcError, RequestError, SessionError } from '../errors.js';
