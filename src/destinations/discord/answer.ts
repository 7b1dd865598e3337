/** Discord's answer, read field by field. https://discord.com/developers/docs/reference#error-messages */
import { z } from 'zod';
import { flagField, parseFields, secondsField, textField, wholeField } from '../answer-fields.ts';
import { OPTION_FIELDS } from './codes.ts';

const fields = z.object({
  /** Of the message, when it was taken. */
  id: textField(),
  code: wholeField(),
  message: textField(),
  errors: z.unknown().optional(),
  retry_after: secondsField(),
  global: flagField(),
  /** Cloudflare's own JSON, in place of Discord's: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/ */
  cloudflare_error: flagField(),
  error_code: wholeField(),
});

export type DiscordAnswer = z.output<typeof fields>;

/** `undefined` = not what Discord says: a page, or cut off. */
export const parseDiscord = (bodyText: string): DiscordAnswer | undefined => parseFields(bodyText, fields);

/** A form has some tens of fields; an answer with more, or nested deeper, is not worth reading. */
const MOST_ERRORS = 5;
const DEEPEST = 12;

/** `content: Must be 2000 or fewer in length.; embeds.0.title: …` */
export function formErrors(errors: unknown): string {
  const found: string[] = [];
  const visit = (node: unknown, path: readonly string[]): void => {
    if (typeof node !== 'object' || node === null || path.length > DEEPEST) return;
    for (const [key, child] of Object.entries(node)) {
      if (found.length >= MOST_ERRORS) return;
      if (key !== '_errors') visit(child, [...path, key]);
      else if (Array.isArray(child))
        found.push(...child.slice(0, MOST_ERRORS).map((error) => named(path, error)));
    }
  };
  visit(errors, []);
  return found.slice(0, MOST_ERRORS).join('; ');
}

/** The options that a refused form is about; empty: (also) about the message. */
export function refusedOptions(errors: unknown): readonly string[] {
  const fields = typeof errors === 'object' && errors !== null ? Object.keys(errors) : [];
  const options = fields.map((field) => OPTION_FIELDS.get(field));
  return options.every((option) => option !== undefined) ? options : [];
}

function named(path: readonly string[], error: unknown): string {
  const told = z.object({ message: z.string() }).safeParse(error).data?.message ?? 'refused';
  return path.length === 0 ? told : `${path.join('.')}: ${told}`;
}
