// A machine that sleeps, as far as its browser can tell: every process of the browser stands still for a while.

import { readFile, readdir } from 'node:fs/promises';

/** A process and everything that it started, parents first. */
async function family(root) {
  const parents = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // The name of the program may hold anything, so the fields count from behind it.
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent) parents.set(Number(name), parent);
  }
  const members = [root];
  for (const member of members) {
    for (const [child, parent] of parents) if (parent === member) members.push(child);
  }
  return members;
}

/** Stops a process and everything that it started until `until` settles. */
export async function sleepUntil(pid, until) {
  const members = await family(pid);
  const signal = (name) => {
    for (const member of members) {
      try {
        process.kill(member, name);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
  };
  signal('SIGSTOP');
  try {
    await until;
  } finally {
    signal('SIGCONT');
  }
}
