/** Whether a user may do what a node needs, before it tries. */
import type { Client } from 'pg';
import { SharedError } from '../shared.ts';
import { SCHEMA } from './schema.ts';

const MAY_MAKE = `
  SELECT CASE WHEN to_regnamespace('${SCHEMA}') IS NULL THEN has_database_privilege(current_database(), 'CREATE')
    ELSE has_schema_privilege('${SCHEMA}', 'CREATE') AND has_schema_privilege('${SCHEMA}', 'USAGE') END AS may,
    'create the schema ${SCHEMA} or tables in it' AS what`;

/** The owner's rights are needed: a half is emptied as a whole. */
const MAY_USE = `
  SELECT pg_has_role(relowner, 'USAGE') AS may,
    'use the tables of ' || pg_get_userbyid(relowner) || ' in the schema ${SCHEMA}' AS what
  FROM pg_class WHERE oid = '${SCHEMA}.log'::regclass`;

/** `hasTables`: else this user would have to make them. `name`: of the database, for people. Throws `SharedError` (`refused`). */
export async function refuseWithoutRights(client: Client, hasTables: boolean, name: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean; what: string }>(hasTables ? MAY_USE : MAY_MAKE);
  const [{ may = false, what = '' } = {}] = rows;
  if (!may)
    throw new SharedError(
      'refused',
      `database ${name}: this user may not ${what} [42501]`,
      `Run GRANT CREATE ON DATABASE … TO …, or CREATE SCHEMA ${SCHEMA} AUTHORIZATION …; all nodes use the same user.`,
    );
}
