/**
 * The fields of a platform's answer, each what it must be or absent: nobody promises that a proxy, a stand-in or
 * the platform on a bad day sends what its documentation says, and what is read here is stored and acted upon.
 */
import { z } from 'zod';
import { decimal } from '../http/retry-after.ts';

const orAbsent = <T>(field: z.ZodType<T>) => field.optional().catch(undefined);

export const textField = () => orAbsent(z.string());
export const flagField = () => orAbsent(z.boolean());
export const wholeField = () => orAbsent(z.int());
/** Seconds, also as text; `waitMs` decides whether they are of any use. */
export const secondsField = () =>
  orAbsent(z.union([z.number(), z.string().transform((text) => decimal(text.trim()) ?? Number.NaN)]));
/** The fields of a part; none if it is no object. */
export const partField = <S extends z.ZodRawShape>(shape: S) => z.object(shape).catch({} as never);

/** `undefined`: not JSON, or not an object with such fields. */
export function parseFields<T>(bodyText: string, fields: z.ZodType<T>): T | undefined {
  try {
    return fields.safeParse(JSON.parse(bodyText)).data;
  } catch {
    return undefined;
  }
}
