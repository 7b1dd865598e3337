/** The last words of a process that a bug has ended. Node's own show every field of an error, and so whole addresses with their keys. */
import { blotShapes } from '../config/secret-shapes.ts';
import { programPatterns } from '../destinations/patterns.ts';

/** Where it happened, without what looks like a secret. */
export function crashText(error: unknown): string {
  const told = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : typeof error;
  const lines = told.split('\n').map((line) => blotShapes(line, programPatterns));
  return `${lines.join('\n')}\n\nlisting-bridge has crashed. This is a bug: please report these lines.\n`;
}
