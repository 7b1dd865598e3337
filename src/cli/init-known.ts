/** A variable of the environment or the `.env` that `init` takes as it is, without a question. */
import { UserError, WRONG_USAGE } from './exit-codes.ts';
import type { Variable } from './init-setup.ts';
import type { World } from './init-world.ts';

export type FaultIn = (value: string) => string | undefined;

/** Without a value where nothing has it. Throws `UserError` for a value that cannot be. */
export function variable(name: string, faultOf: FaultIn, world: Pick<World, 'known'>): Variable {
  const known = world.known(name);
  const fault = known && faultOf(known.value);
  if (fault !== undefined) throw new UserError(`${name} of ${known?.place} cannot be used. ${fault}`);
  return { name, value: known?.value };
}

/** Flags that do not go together, or say nothing. */
export const wrong = (message: string): UserError => new UserError(message, WRONG_USAGE);
