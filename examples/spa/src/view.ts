import type { Session } from 'oxidc';

/** An element of `index.html`. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element ${id}`);
  return found;
}

/** Asks the person to sign in again; undefined hides the question. */
export function showStepUp(challenge?: { maxAge?: number }): void {
  element('step-up').hidden = !challenge;
  if (challenge) write('step-up-age', challenge.maxAge === undefined ? 'it is' : `${challenge.maxAge} s`);
}

function write(id: string, text: string): void {
  element(id).textContent = text;
}

/** Shows who is signed in, or that nobody is. */
export function showSession(session: Session | null | undefined): void {
  element('signed-in').hidden = !session;
  element('signed-out').hidden = Boolean(session);
  write('status', session ? 'Signed in' : 'Signed out');
  if (!session) return;
  const name = session.user.name ?? session.subject;
  write('avatar', name.slice(0, 1).toUpperCase());
  write('name', name);
  write('email', session.user.email ?? 'no e-mail address');
  write('issuer', session.issuer);
  write('subject', session.subject);
  write('scopes', session.scopes.join(' '));
  write('since', new Date(session.authenticatedAt).toLocaleString());
}

/** Shows how long the access token lives on. */
export function showExpiry(expiresAt: number | undefined): void {
  const left = expiresAt === undefined ? undefined : Math.max(0, Math.ceil((expiresAt - Date.now()) / 1000));
  write('expires', left === undefined ? 'unknown' : `${left} s`);
}

/** Shows how often a fresh access token came. */
export function showRenewals(count: number): void {
  write('renewals', String(count));
}

/** Shows what the API answered. */
export function showAnswer(status: number, body: unknown): void {
  write('api-answer', `HTTP ${status}\n${JSON.stringify(body, null, 2)}`);
  element('api-answer').hidden = false;
}

const sessionWords: Record<string, string> = {
  kept: 'unchanged',
  ended: 'over; please sign in again',
  unknown: 'unclear until the next try',
};

/** Shows an error: its stable code, its sentence, and what became of the session. Undefined hides the panel. */
export function showError(error?: { code: string; message: string; session: string }): void {
  element('error').hidden = !error;
  if (!error) return;
  write('error-message', error.message);
  write('error-code', error.code);
  write('error-session', sessionWords[error.session] ?? error.session);
}

/** Adds a line to the event log, newest first. */
export function log(text: string): void {
  const line = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString();
  line.append(time, text);
  element('log').prepend(line);
}
