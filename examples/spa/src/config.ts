/** What the deployment decides; served as `/config.json`. */
export interface Config {
  /** The provider. */
  issuer: string;
  /** Under which name this application is registered there. */
  clientId: string;
  /** The same for tokens that are bound to a key. Default: the same name. */
  dpopClientId?: string;
  /** The protected API, also its resource indicator. */
  api: string;
}

/** Reads the settings of this deployment. */
export async function readConfig(): Promise<Config> {
  const response = await fetch('/config.json');
  if (!response.ok) throw new Error(`/config.json answers ${response.status}`);
  return (await response.json()) as Config;
}
