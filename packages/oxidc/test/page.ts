/** Enough of a page for the driver, and a core that follows a script. */
import type { Core } from '../src/host/index.js';

const page = new EventTarget() as EventTarget & { visibilityState: string };
page.visibilityState = 'visible';
const address = { href: 'https://app.example.com/', origin: 'https://app.example.com' };
Object.assign(globalThis, { document: page, location: address, addEventListener: () => {} });

/** An input of the core, as it arrived. */
export type Input = { start: Record<string, unknown> } | { resume: number; outcome: Record<string, unknown> } | { cancel: number };

/** A core whose every answer is given by a function; it notes its inputs. */
export class ScriptedCore implements Core {
  readonly inputs: Input[] = [];
  #tasks = 0;

  /** @param answer Gives the effects that follow an input; `task` is the one that was just started. */
  constructor(readonly answer: (input: Input, task: number) => object[]) {}

  start(command: string): string {
    this.#tasks += 1;
    const input = { start: JSON.parse(command) };
    this.inputs.push(input);
    const effects = this.answer(input, this.#tasks);
    // Closing always ends, whatever the script is about.
    if (input.start['do'] === 'close' && effects.length === 0) effects.push(finish(this.#tasks));
    return JSON.stringify({ task: this.#tasks, effects });
  }
  resume(resume: number, outcome: string): string {
    const input = { resume, outcome: JSON.parse(outcome) };
    this.inputs.push(input);
    return JSON.stringify(this.answer(input, this.#tasks));
  }
  cancel(cancel: number): string {
    this.inputs.push({ cancel });
    return JSON.stringify(this.answer({ cancel }, this.#tasks));
  }

  /** The outcomes that were fed, in their order. */
  outcomes(): Record<string, unknown>[] {
    return this.inputs.flatMap((input) => ('outcome' in input ? [input.outcome] : []));
  }
}

/** The end of a call. */
export const finish = (task: number, ok: unknown = null) => ({ id: 0, do: 'finish', task, ok });
