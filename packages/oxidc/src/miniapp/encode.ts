/**
 * How parameters are written for the platform's interface: brackets for what is nested, `name[]` for lists.
 * @module
 */

/** The address of a request. */
export function address(base: string, method: string, params: object): string {
  const url = new URL(`/api/v1/module/${method.replace(/^\/+/, '')}`, base);
  url.search = bodyOf(params).toString();
  return url.href;
}

/** Parameters as a form. What is undefined is left out; null is the empty text. */
export function bodyOf(data: object): URLSearchParams {
  const form = new URLSearchParams();
  const add = (name: string, value: unknown): void => {
    if (value === undefined) return;
    if (Array.isArray(value)) for (const item of value) add(`${name}[]`, item);
    else if (value instanceof Date) form.append(name, value.toISOString());
    else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) add(`${name}[${key}]`, inner);
    else form.append(name, String(value ?? ''));
  };
  for (const [name, value] of Object.entries(data)) add(name, value);
  return form;
}
