// Who is measured. Each has a module of the same name here that makes an application of it.

/** `storage` is where the session is; `head` goes into the page; `notes` says what had to be done for a generic provider. */
export const clients = [
  { name: 'oxidc', title: 'oxidc', storage: 'IndexedDB' },
  { name: 'oxidc-wasm', title: 'oxidc/wasm', storage: 'IndexedDB' },
  { name: 'oxidc-preload', title: 'oxidc/wasm, preloaded', storage: 'IndexedDB', head: '<link rel="preload" href="/oxidc-preload/oxidc_bg.wasm" as="fetch" type="application/wasm" crossorigin>' },
  { name: 'oidc-client-ts', title: 'oidc-client-ts', storage: 'localStorage' },
  { name: 'axa', title: '@axa-fr/oidc-client', storage: 'localStorage', notes: 'without its service worker' },
  { name: 'auth0', title: '@auth0/auth0-spa-js', storage: 'localStorage', notes: 'its fixed paths are made known to the provider' },
  { name: 'msal', title: '@azure/msal-browser', storage: 'localStorage', notes: 'its protocol mode OIDC' },
  { name: 'keycloak', title: 'keycloak-js', storage: 'memory', notes: 'its generic mode; the opaque tokens are dressed as the JWTs that it wants, and cookies are left out of token requests' },
  { name: 'oauth4webapi', title: 'oauth4webapi, by hand', storage: 'localStorage', notes: 'about 60 lines of an application around it; no lock, no renewal' },
];

/** The page without any client: what everything costs that is not theirs. */
export const bare = { name: 'bare', title: '(bare page)', storage: '' };
