/** The effect of rules on the last announcements, in lines: how many would go elsewhere, and the newest of these. */
import type { RoutingEffect } from '../events/process-event.ts';
import { printable } from '../platform/printable.ts';
import { type Span, wrapSpans } from '../platform/spans.ts';
import { effectText } from '../routing-diff.ts';
import { lineBelow } from './lines.ts';

/** `begin`: what the first line begins with. */
export function effectLines(
  effect: RoutingEffect,
  width: number | undefined,
  begin: readonly Span[],
): string[] {
  const { elsewhere, examples } = effect;
  const more = elsewhere - examples.length;
  const below = (text: string) => lineBelow(text, width, 2);
  return [
    wrapSpans([...begin, `${effectText(effect)}${elsewhere > 0 ? ':' : ''}`], { cells: width, indent: '  ' }),
    ...examples.map((example) => below(printable(example))),
    ...(more > 0 ? [below(`… and ${more} more`)] : []),
  ];
}
