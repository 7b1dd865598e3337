/** How people write a condition on a text, a number or a flag. Shape only: `condition.ts` gives it its meaning. */
import { z } from 'zod';
import { text } from '../platform/fields.ts';

/** One value (of which it is), any of a list, or an object whose keys must all hold. */
export type ConditionTree<Value> = Value | readonly ConditionTree<Value>[] | ConditionNode<Value>;

export interface ConditionNode<Value> {
  readonly not?: ConditionTree<Value> | undefined;
  readonly any?: readonly ConditionTree<Value>[] | undefined;
}

/** Compared without case and after Unicode folding; under `ticker`, `*` stands for anything. */
export type TextConditionTree = string | readonly TextConditionTree[] | TextConditionNode;

export interface TextConditionNode {
  readonly not?: TextConditionTree | undefined;
  /** A table, or several of which one must have it. */
  readonly in?: string | readonly string[] | undefined;
  /** A regular expression (linear-time engine), found anywhere in the text. */
  readonly matches?: string | undefined;
  readonly any?: readonly TextConditionTree[] | undefined;
}

const EMPTY_LIST = 'must not be an empty list: it would match nothing';
const IN_HELP = 'must be the name of a table, or a list of names';

const someKey = (condition: object) => Object.values(condition).some((value) => value !== undefined);

const tableOptions = {
  in: z
    .union([text(), z.array(text()).min(1, EMPTY_LIST)], { error: IN_HELP })
    .optional()
    .describe('a table that must have it, or several of which one must'),
};

const textTree = (leaf: z.ZodType<string>, hasTables: boolean): z.ZodType<TextConditionTree> => {
  const keys = hasTables ? ['not', 'in', 'matches'] : ['not', 'matches'];
  const self: z.ZodType<TextConditionTree> = z.lazy(() => {
    const not = { not: self.optional().describe('matches what this does not match') };
    const others = {
      matches: text().optional().describe('regular expression, case-insensitive'),
      any: z.array(self).min(1, EMPTY_LIST).optional().describe('matches what one of these matches'),
    };
    const someOf = `must have at least one of: ${keys.join(', ')}, any`;
    const node: z.ZodType<TextConditionNode> = hasTables
      ? z.strictObject({ ...not, ...tableOptions, ...others }).refine(someKey, someOf)
      : z.strictObject({ ...not, ...others }).refine(someKey, someOf);
    return z.union([leaf, z.array(self).min(1, EMPTY_LIST), node], {
      error: `must be text, a list, or an object with ${keys.join(', ')} or any`,
    });
  });
  return self;
};

export const textConditionOptions = textTree(text(), true);

/** The same for values that may be numbers or flags: they are compared as texts. Without tables. */
export const anyConditionOptions = textTree(
  z.union([text(), z.number().transform(String), z.boolean().transform(String)]),
  false,
);

/** For values without a text: no `matches`. */
export function conditionOptions<Value extends number | boolean>(
  value: z.ZodType<Value>,
  what: string,
): z.ZodType<ConditionTree<Value>> {
  const self: z.ZodType<ConditionTree<Value>> = z.lazy(() =>
    z.union(
      [
        value,
        z.array(self).min(1, EMPTY_LIST),
        z
          .strictObject({
            not: self.optional().describe('matches what this does not match'),
            any: z.array(self).min(1, EMPTY_LIST).optional().describe('matches what one of these matches'),
          })
          .refine(someKey, 'must have at least one of: not, any'),
      ],
      { error: `must be ${what}, a list, or an object with not or any` },
    ),
  );
  return self;
}
