/** `cluster:` of the config: which database several bridges share, and the part of this one. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { secret } from '../platform/fields.ts';

/** The work that a node takes part in. */
export const ROLES = ['read', 'deliver'] as const;

const NAME_HELP = 'must be 1 to 60 letters, digits, dots, dashes or underscores';

const URL_HELP = 'must be the address of a PostgreSQL, such as postgres://user:password@host/database';

const ROLES_HELP = 'must be a list of `read` and `deliver`';
const role = z.enum(ROLES, { error: 'must be `read` or `deliver`' });
/** One text, as a variable of the environment has it, so that every machine has the same file. */
const rolesInText = z
  .string()
  .regex(/^(?:read|deliver|read *, *deliver|deliver *, *read)$/, ROLES_HELP)
  .transform((text) => ROLES.filter((each) => text.includes(each)));

export const clusterOptions = z.strictObject({
  url: secret()
    .refine((url) => /^postgres(?:ql)?:\/\//i.test(url.reveal()), URL_HELP)
    .describe(
      'the PostgreSQL that all nodes share: `postgres://user:password@host/database`; TLS by its own parameters, such as `?sslmode=verify-full`',
    ),
  node: z
    .string({ error: NAME_HELP })
    .regex(/^[\w.-]{1,60}$/, NAME_HELP)
    .optional()
    // Not a default of the schema: its published form, and the reference, are the same on every machine.
    .transform(
      (name) =>
        name ??
        hostname()
          .replace(/[^\w.-]/g, '-')
          .slice(0, 60),
    )
    .describe('name of this node, another one on each machine; default: the name of the machine'),
  roles: z
    .union([z.array(role).min(1, 'must have `read`, `deliver` or both'), rolesInText], { error: ROLES_HELP })
    .default([...ROLES])
    .describe(
      '`read`: it connects to the feeds; `deliver`: it sends. A node that only delivers gets announcements from the others. A list, or one text with commas, as a variable has it',
    ),
});

export type ClusterOptions = z.infer<typeof clusterOptions>;
