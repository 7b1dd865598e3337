/** Values of options: what they must look like, in words. */
import { InvalidArgumentError } from 'commander';
import { AGO_HELP, type Ago, agoIn } from '../platform/ago.ts';
import type { Clock } from '../platform/clock.ts';
import { parseDuration } from '../platform/duration.ts';

/** In ms. */
export function durationArgument(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined || durationMs <= 0)
    throw new InvalidArgumentError('must be a duration such as 20s, 10m or 3d');
  return durationMs;
}

export const agoArgument =
  (clock: Clock) =>
  (text: string): Ago => {
    const ago = agoIn(text, clock.wallMs());
    if (ago === undefined) throw new InvalidArgumentError(AGO_HELP);
    return ago;
  };

export function countArgument(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('must be a whole number, at least 1');
  return value;
}

export function portArgument(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('must be a port from 0 to 65535');
  return value;
}
