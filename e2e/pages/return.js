// The page to which the provider sends windows and frames back. Its settings are served by the test.

import { AuthClient } from '/oxidc/index.js';

const client = new AuthClient({ ...(await (await fetch('/return.json')).json()), onReturn: () => {} });
const result = await client.processCallback().catch((error) => ({ failed: error.code }));
document.body.dataset.result = JSON.stringify(result);
