/**
 * The destination types that a config can name. The program has those of `index.ts`; a config keeps the ones that
 * it was read with (`Config.types`), so that its users need no list of types of their own.
 */
import type { DestinationOptions } from './common-options.ts';
import type { DestinationType } from './destination.ts';

/** A type whose own options and messages only itself knows. */
export type AnyDestinationType = DestinationType<DestinationOptions, unknown>;

/** By the `type` of the config, in the order in which they are listed to people. */
export type DestinationRegistry = ReadonlyMap<string, AnyDestinationType>;

/** Options and messages of one type belong together; across types only these of all fit. */
export const destinationType = <Options extends DestinationOptions, Message>(
  type: DestinationType<Options, Message>,
): AnyDestinationType => type as unknown as AnyDestinationType;

export const createDestinationTypes = (
  types: Readonly<Record<string, AnyDestinationType>>,
): DestinationRegistry => new Map(Object.entries(types));

/** Of options that were read with these types. */
export function typeOf({ type: name }: Pick<DestinationOptions, 'type'>, types: DestinationRegistry) {
  const type = types.get(name);
  if (type === undefined) throw new Error(`there is no destination type ${name}`);
  return type;
}
