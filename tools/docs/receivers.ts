/** The receivers of `docs/recipes`, as they stand, in `docs/webhooks.md`. A test compares them. */
import { withMarked } from './marked.ts';

const RECEIVERS = [
  ['receiver.py', 'python'],
  ['receiver.mjs', 'js'],
] as const;

/** `read`: the text of a file in `docs/recipes`. */
export function withReceivers(document: string, read: (name: string) => string): string {
  return RECEIVERS.reduce((text, [name, language]) => {
    const marks = {
      begin: `<!-- ${name}: written by UPDATE_DOCS=1 npm test -->`,
      end: `<!-- end of ${name} -->`,
    };
    const code = `[recipes/${name}](recipes/${name}):\n\n\`\`\`${language}\n${read(name).trimEnd()}\n\`\`\``;
    return withMarked(text, marks, code);
  }, document);
}
