// The provider's own pages: plain HTML and CSS, no scripts.

const style = `
  :root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6676; --paper: #fff; --ground: #eef1f6; --line: #d5dbe5; --accent: #2f5bd7; --on-accent: #fff; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e8ecf3; --dim: #9aa6b8; --paper: #1b212b; --ground: #11151b; --line: #333c4a; --accent: #7d9dff; --on-accent: #10131a; } }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
  main { width: 100%; max-width: 24rem; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 2rem; }
  h1 { margin: 0 0 .25rem; font-size: 1.4rem; }
  p { margin: 0 0 1.5rem; color: var(--dim); }
  label { display: block; margin-bottom: .35rem; font-weight: 600; }
  input { width: 100%; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px; padding: .6rem .75rem; margin-bottom: 1.25rem; }
  button { width: 100%; font: inherit; font-weight: 600; border-radius: 8px; padding: .65rem 1rem; cursor: pointer; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); }
  button.plain { margin-top: .75rem; background: transparent; color: var(--ink); border-color: var(--line); }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }`;

const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function page(title, body) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>`;
}

/** Asks who is there; `create` shows it as a registration. */
export function signInPage({ uid, clientId, user, create }) {
  const title = create ? 'Create account' : 'Sign in';
  return page(title, `<h1>${title}</h1><p>to continue to ${escaped(clientId)}</p>
<form method="post" action="/interaction/${escaped(uid)}/login">
<label for="user">User name</label><input id="user" name="user" value="${escaped(user)}" autocomplete="username" required pattern="[a-z0-9._@\\-]{1,64}" title="small letters, digits and . _ @ -">
<button id="sign-in">${title}</button></form>
<form method="post" action="/interaction/${escaped(uid)}/abort"><button id="cancel" class="plain">Cancel</button></form>`);
}

/** Asks whether to sign out; `form` is the provider's own form with its token against forgery. */
export function signOutPage(form) {
  const withButtons = form.replace('</form>', `<button id="sign-out" name="logout" value="yes">Sign out</button>
<button id="stay" class="plain">Stay signed in here</button></form>`);
  return page('Sign out', `<h1>Sign out?</h1><p>This ends your session at the provider.</p>${withButtons}`);
}

/** The same form, sent without asking. */
export function signOutAtOnce(form) {
  const answered = form.replace('</form>', '<input type="hidden" name="logout" value="yes"></form>');
  return `<!doctype html><title>Signing out</title><body onload="document.forms[0].submit()">${answered}</body>`;
}

/** Says that somebody signed out and was not sent anywhere. */
export function signedOutPage() {
  return page('Signed out', '<h1>Signed out</h1><p>You may close this window.</p>');
}

/** Shows an error of the provider. */
export function errorPage({ error, error_description: description }) {
  return page('Error', `<h1>Something is wrong</h1><p id="error"><code>${escaped(error)}</code> ${escaped(description ?? '')}</p>`);
}
