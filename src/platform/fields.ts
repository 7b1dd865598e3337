/**
 * The field types that every part's options are made of, so that a duration or a secret is read,
 * explained and documented the same way everywhere. A value from `${NAME}` is always text, hence
 * numbers and booleans also accept their text form.
 */
import { z } from 'zod';
import { DURATION, parseDuration } from './duration.ts';
import { Secret } from './secret.ts';

export const DURATION_HELP = 'must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d';

/** `5s` → 5000 (ms). */
export const duration = () =>
  z
    .string({ error: DURATION_HELP })
    .transform((text, context) => {
      const durationMs = parseDuration(text);
      if (durationMs !== undefined && durationMs > 0) return durationMs;
      context.addIssue({ code: 'custom', message: DURATION_HELP });
      return z.NEVER;
    })
    .meta({ description: 'a duration: 500ms, 5s, 10m, 1h, 3d', pattern: DURATION.source });

/** A duration, or `false` to switch the thing off. */
export const durationOrOff = () =>
  z.union([z.literal(false), duration()], { error: `${DURATION_HELP}, or false` });

const WHOLE = /^-?\d+$/;
const whole = (text: string) => (WHOLE.test(text) ? Number(text) : Number.NaN);

/** A whole number between `min` and `max`, also as text. */
export const integer = (min: number, max: number = Number.MAX_SAFE_INTEGER) => {
  const help =
    max === Number.MAX_SAFE_INTEGER
      ? `must be a whole number, at least ${min}`
      : `must be a whole number from ${min} to ${max}`;
  return z
    .union([z.number(), z.string().transform(whole)], { error: help })
    .pipe(z.int({ error: help }).min(min, help).max(max, help))
    .meta({ minimum: min, maximum: max, multipleOf: 1, pattern: WHOLE.source });
};

/** true or false, also as text. */
export const flag = () =>
  z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
    error: 'must be true or false',
  });

/** Non-empty text that is never shown. `check` warns when it is written in the file in clear text. */
export const secret = () =>
  z
    .string({ error: 'must be text; keep it out of the file with a variable' })
    .min(1, 'must not be empty')
    .transform((value) => new Secret(value))
    .meta({ secret: true });

/** Non-empty text. */
export const text = () => z.string({ error: 'must be text' }).min(1, 'must not be empty');

const HOST_HELP = 'must be a host name alone, such as bridge.example.com: without scheme, port and path';

/** The name of a host, in lower case. */
export const hostName = () =>
  z
    .string({ error: HOST_HELP })
    .regex(/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i, HOST_HELP)
    .toLowerCase();

/** An absolute URL with one of the given schemes (`https:`). */
export const url = (...schemes: readonly string[]) => {
  const help = `must be a full URL starting with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`;
  return (
    z
      .string({ error: help })
      // Further checks of the value take it apart, which throws where it is none.
      .refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol), {
        error: help,
        abort: true,
      })
      .refine((value) => !ODD_BLANK.test(value.trim()), BLANK_HELP)
      .refine(
        (value) => !/&amp;/i.test(value),
        'has &amp; in it, as the source of a page writes &: write & alone',
      )
      .meta({ pattern: `^\\s*(${schemes.map(inAnyCase).join('|')})` })
  );
};

/** For editors, which know no flags. */
const inAnyCase = (scheme: string) =>
  scheme.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

/** A parser of URLs encodes or drops them in silence; they come along with a copy. A space in the query is as good as `%20`. */
const ODD_BLANK = /[^\S ]|[\p{Cf}\p{Cc}]|^[^?#]* /u;
const BLANK_HELP = 'must have no blank or invisible character in it: type it again, or copy it once more';

const NO_USER_HELP = 'must have no user name or password in it: they would not be sent';

/** The same for an address whose user name and password nothing would send. */
export const plainUrl = (...schemes: readonly string[]) => url(...schemes).refine(hasNoUser, NO_USER_HELP);

/** True also of what is no URL: that has its own message. */
const hasNoUser = (value: string): boolean => {
  if (!URL.canParse(value)) return true;
  const { username, password } = new URL(value);
  return username === '' && password === '';
};

/** A URL that carries a token and is therefore a secret itself. */
export const secretUrl = (...schemes: readonly string[]) =>
  url(...schemes)
    .transform((value) => new Secret(value))
    .meta({ secret: true });

/** Both: a token is in it, and nothing would send a user name and password. */
export const plainSecretUrl = (...schemes: readonly string[]) =>
  secretUrl(...schemes).refine((value) => hasNoUser(value.reveal()), NO_USER_HELP);

/**
 * For a check of a whole mapping: made although fields of it are wrong, so that one mistake hides no other.
 * A wrong field is then `undefined` or what was written, whatever its type says.
 */
export const EVEN_IF_WRONG = {
  when: ({ value }: { readonly value: unknown }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
};
