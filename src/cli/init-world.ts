/** The outside of the conversation of `init`, and how a variable is asked for. */
import type { ChatSearch } from '../destinations/telegram/find-chats.ts';
import type { Ask } from './ask.ts';
import type { Chosen, Variable } from './init-setup.ts';
import type { SampleReport } from './sample.ts';

export interface World {
  readonly ask: Ask;
  /** A value that is there already, and where (`.env`, `the environment`). */
  known(name: string): { readonly value: string; readonly place: string } | undefined;
  /** The environment of this process has it, so that a value in `.env` would not count. */
  isShadowing(name: string): boolean;
  send(chosen: Chosen): Promise<SampleReport>;
  findChats(botToken: string, apiUrl: string | undefined): Promise<ChatSearch>;
  /** So many random bytes. */
  bytes(count: number): Buffer;
  /** Ctrl-C, while nothing was asked. */
  isStopped(): boolean;
}

interface Wanted {
  readonly name: string;
  readonly question: string;
  /** Where a person gets it. */
  readonly origin: string | undefined;
  readonly faultIn: (answer: string) => string | undefined;
}

/** A value that exists already is offered, if it can be used; a new value of a name that the environment has gets another name. */
export async function askVariable(wanted: Wanted, world: World): Promise<Variable> {
  const { ask } = world;
  const { name, question, origin, faultIn } = wanted;
  const known = world.known(name);
  if (known !== undefined && faultIn(known.value) === undefined)
    if (await ask.confirm(`Use the ${name} of ${known.place}?`, true)) return { name, value: known.value };
  if (origin !== undefined) ask.tell('info', origin);
  // An empty answer leaves it for later.
  const value = await ask.hidden(`${question} (Enter: later)`, (answer) =>
    answer === '' ? undefined : faultIn(answer),
  );
  return {
    name: value !== '' && world.isShadowing(name) ? `${name}_2` : name,
    value: value === '' ? undefined : value,
  };
}
