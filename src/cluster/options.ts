/** `cluster:` of the config: which database several bridges share, and the part of this one. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { secret } from '../platform/fields.ts';

/** The work that a node takes part in. */
export const ROLES = ['read', 'deliver'] as const;

const NAME_HELP = 'must be 1 to 60 letters, digits, dots, dashes or underscores';

const URL_HELP = 'must be the address of a PostgreSQL, such as postgres://user:password@host/database';

const role = z.enum(ROLES, { error: 'must be `read` or `deliver`' });

export const clusterOptions = z.strictObject({
  url: secret()
    .refine((url) => /^postgres(?:ql)?:\/\//i.test(url.reveal()), URL_HELP)
    .describe(
      'the PostgreSQL that all nodes share: `postgres://user:password@host/database`; TLS by its own parameters, such as `?sslmode=verify-full`',
    ),
  node: z
    .string({ error: NAME_HELP })
    .regex(/^[\w.-]{1,60}$/, NAME_HELP)
    .default(() =>
      hostname()
        .replace(/[^\w.-]/g, '-')
        .slice(0, 60),
    )
    .describe('name of this node, another one on each machine; default: the name of the machine'),
  roles: z
    .array(role, { error: 'must be a list of `read` and `deliver`' })
    .min(1, 'must have `read`, `deliver` or both')
    .default([...ROLES])
    .describe(
      '`read`: it connects to the feeds; `deliver`: it sends. A node that only delivers gets announcements from the others',
    ),
});

export type ClusterOptions = z.infer<typeof clusterOptions>;
