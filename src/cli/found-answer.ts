/** Parses the deliveries of a stored announcement, as a running bridge answers; of one without any there are none. */
import { z } from 'zod';

const optionalText = z.string().optional().catch(undefined);
const optionalNumber = z.number().optional().catch(undefined);

const found = z.object({
  delivery: z.object({
    ...{ destination: z.string(), ticker: optionalText, state: z.string(), reason: optionalText },
    ...{ advice: optionalText, attempts: z.number().catch(0), tookMs: optionalNumber, node: optionalText },
  }),
  attempts: z
    .array(z.object({ outcome: z.string(), status: optionalNumber, detail: optionalText }))
    .catch([]),
});

const answer = z.object({ deliveries: z.array(found) });

export type ShownFound = z.output<typeof found>;

export const readFound = (body: unknown): readonly ShownFound[] =>
  answer.safeParse(body).data?.deliveries ?? [];
