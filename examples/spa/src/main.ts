import { AuthClient, OxidcError, type StepUpChallenge } from 'oxidc';
import { readConfig } from './config.js';
import { chosen, inWindow, silentStart } from './settings.js';
import { element, log, showAnswer, showError, showExpiry, showRenewals, showSession, showStepUp } from './view.js';

const config = await readConfig();

const client = new AuthClient({
  issuer: config.issuer,
  ...chosen(config),
  postLogoutRedirectUri: `${location.origin}/`,
  scopes: 'openid profile email offline_access',
  resources: [{ resource: config.api, scopes: 'api:read' }],
  allowedOrigins: [new URL(config.api).origin],
  // Nothing needs to be loaded anew: this page shows whatever the session is.
  onReturn: ({ url }) => history.replaceState(null, '', url),
  onStepUp: confirm,
});

/** A window may open in a click only, so the person is asked first. */
function confirm(challenge: StepUpChallenge): Promise<boolean> {
  showStepUp(challenge);
  return new Promise((resolve, reject) => {
    element('step-up-cancel').onclick = () => resolve(false);
    element('step-up-confirm').onclick = () => {
      client.signIn({ mode: 'popup', prompt: 'login consent', ...challenge }).then(() => resolve(true), reject);
    };
  }).finally(() => showStepUp()) as Promise<boolean>;
}

/** Where to sign in and out. */
const mode = () => (inWindow.checked ? 'popup' : 'redirect');

let expiresAt: number | undefined;
let renewals = 0;

client.on('session', (session, reason) => {
  // The token of the sign-in itself is announced next, and is no renewal.
  if (reason === 'signed_in') renewals = -1;
  expiresAt = session?.expiresAt;
  showSession(session);
  showExpiry(expiresAt);
  log(`session: ${reason}`);
});
client.on('tokens', (token) => {
  if (token.resources.length === 0) showRenewals((renewals += 1));
  log(`fresh access token for ${token.resources.join(' ') || 'the provider'}`);
});
client.on('signedOut', (reason) => log(`signed out: ${reason}`));
client.on('error', report);

function report(error: unknown): void {
  const known = error instanceof OxidcError ? error : { code: 'unexpected', message: String(error), session: 'kept' };
  showError(known);
  log(`error: ${known.code}`);
}

/** Runs what a button stands for, once at a time, and shows what goes wrong. */
function onClick(id: string, action: () => Promise<unknown>): void {
  const button = element(id) as HTMLButtonElement;
  button.addEventListener('click', async () => {
    showError();
    button.disabled = true;
    try {
      await action();
    } catch (error) {
      report(error);
    } finally {
      button.disabled = false;
    }
  });
}

// Some providers give a refresh token only with the person's consent (OpenID Connect Core 1.0 section 11).
onClick('sign-in', () => client.signIn({ prompt: 'consent', mode: mode() }));
onClick('sign-in-silent', () => client.signInSilent());
onClick('create-account', () => client.signIn({ signUp: true }));
onClick('refresh', () => client.refreshSession());
onClick('reload-user', () => client.refetchUserInfo());
onClick('sign-out-here', () => client.signOut({ federated: false, revoke: true }));
onClick('sign-out-provider', () => client.signOut({ returnTo: '/', mode: mode() }));
onClick('dismiss', async () => {});
for (const [id, path] of [['call-api', 'me'], ['open-vault', 'vault']] as const) {
  onClick(id, async () => {
    const response = await client.fetch(new URL(path, config.api));
    showAnswer(response.status, await response.json());
  });
}

element('api-address').textContent = new URL('me', config.api).href;
setInterval(() => showExpiry(expiresAt), 500);

async function start(): Promise<void> {
  try {
    // First of all, and on every load: this page may be the one that the provider sends people back to.
    const { handled } = await client.processCallback();
    log(`callback: ${handled}`);
    if (handled === 'relayed') {
      // A window that the browser did not close: the page that opened it has the answer, or is gone.
      document.body.textContent = 'You may close this window.';
      return;
    }
    if (silentStart.checked && !(await client.getSession())) await client.signInSilent();
  } catch (error) {
    report(error);
  }
  const session = await client.getSession();
  expiresAt = session?.expiresAt;
  showSession(session);
  showExpiry(expiresAt);
}

await start();
