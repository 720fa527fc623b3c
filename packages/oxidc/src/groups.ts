/**
 * Groups of a person.
 * @module
 */
import type { Session, User } from './types.js';

/** How groups are looked up. */
export interface GroupOptions {
  /** The claim that lists them. Default `groups`. */
  claim?: string | undefined;
  /** Whether the person must be in all of them. Default: in one of them. */
  all?: boolean | undefined;
}

/**
 * Whether a person is in groups. A group is named by a text, or by the `id` or `name` of an object in the claim. For what is
 * shown only: an API decides by the access token.
 *
 * @param of A session or a user; nobody is in no group.
 * @param groups The groups; of an empty list everybody is a member.
 */
export function isUserInGroup(of: Session | User | undefined, groups: readonly string[], { claim = 'groups', all = false }: GroupOptions = {}): boolean {
  if (groups.length === 0) return true;
  const user = of && 'user' in of && 'claims' in of ? (of as Session).user : of;
  const listed: unknown = user && Object.hasOwn(user, claim) ? (user as User)[claim] : [];
  const names = new Set<unknown>();
  for (const group of Array.isArray(listed) ? listed : []) {
    if (typeof group === 'object' && group !== null) names.add(group.id).add(group.name);
    else names.add(group);
  }
  const isIn = (group: string) => names.has(group);
  return all ? groups.every(isIn) : groups.some(isIn);
}
