// What the provider asks people: who they are. Every client here is first party, so consent is always given.

import { interactionPolicy } from 'oidc-provider';
import { bodyOf } from './http.mjs';
import { errorPage, signInPage } from './pages.mjs';

/** The provider's prompts, with the registration of OpenID Connect "Initiating User Registration" (`prompt=create`). */
export function policy() {
  const prompts = interactionPolicy.base();
  prompts.add(new interactionPolicy.Prompt({ name: 'create', requestable: true }), 0);
  return prompts;
}

/** Who creates an account agrees to it there and then; oidc-provider gives `offline_access` only with consent. */
export async function creationImpliesConsent(ctx, next) {
  if (ctx.query.prompt === 'create') ctx.query = { ...ctx.query, prompt: 'create consent' };
  await next();
}

/** A grant of everything that the provider has. */
export async function grantAll(provider, resources, { grantId, clientId, accountId }) {
  const grant = (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ clientId, accountId });
  grant.addOIDCScope('openid profile email offline_access');
  for (const [resource, { scope }] of Object.entries(resources)) grant.addResourceScope(resource, scope);
  await grant.save();
  return grant;
}

/** Handles `/interaction/…`; false for any other address. With `confirm`, nobody is asked. */
export async function interact(provider, resources, confirm, request, response) {
  const match = /^\/interaction\/([\w-]+)(?:\/(login|abort))?$/.exec(request.url.split('?')[0]);
  if (!match) return false;
  const [, uid, action] = match;
  const finish = (result, mergeWithLastSubmission = false) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission });
  try {
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    // prompt=consent always comes here, even when everything is granted already.
    if (prompt.name === 'consent') {
      const grant = await grantAll(provider, resources, { grantId, clientId: params.client_id, accountId: session.accountId });
      await finish({ consent: { grantId: grant.jti } }, true);
    } else if (action === 'abort') {
      await finish({ error: 'access_denied', error_description: 'The person declined' });
    } else if (action === 'login' || confirm) {
      const user = new URLSearchParams(String(await bodyOf(request))).get('user') || params.login_hint || 'alice';
      await finish({ login: { accountId: user }, [prompt.name]: { accountId: user } });
    } else {
      const create = prompt.name === 'create';
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(signInPage({ uid, clientId: params.client_id, user: params.login_hint ?? (create ? '' : 'alice'), create }));
    }
  } catch (error) {
    response.statusCode = error.status ?? 500;
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(errorPage({ error: error.error ?? 'server_error', error_description: error.message }));
  }
  return true;
}
