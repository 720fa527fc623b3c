import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUserInGroup } from '../src/groups.js';

const user = { sub: 'a', groups: ['staff', { id: 'g1', name: 'admins' }, null, 7], roles: ['editor'], team: 'staff' };

test('groups are found by their text, or by the id or name of an object', () => {
  for (const group of ['staff', 'g1', 'admins']) assert.equal(isUserInGroup(user, [group]), true, group);
  for (const group of ['Staff', 'g2', '7', 'null', 'undefined']) assert.equal(isUserInGroup(user, [group]), false, group);
});

test('one group is enough, or all are wanted', () => {
  assert.equal(isUserInGroup(user, ['nobody', 'staff']), true);
  assert.equal(isUserInGroup(user, ['nobody', 'staff'], { all: true }), false);
  assert.equal(isUserInGroup(user, ['g1', 'staff'], { all: true }), true);
});

test('groups may be in another claim, and a session stands for its user', () => {
  assert.equal(isUserInGroup(user, ['editor'], { claim: 'roles' }), true);
  const session = { user, claims: {}, issuer: 'https://a.example', clientId: 'c', subject: 'a', scopes: [], authenticatedAt: 0 };
  assert.equal(isUserInGroup(session, ['staff']), true);
});

test('nobody, and a claim that is no list, is in no group; everybody is in an empty list of groups', () => {
  assert.equal(isUserInGroup(undefined, ['staff']), false);
  assert.equal(isUserInGroup(user, ['staff'], { claim: 'team' }), false);
  assert.equal(isUserInGroup({ sub: 'a' }, ['toString'], { claim: 'constructor' }), false);
  assert.equal(isUserInGroup(undefined, []), true);
});
