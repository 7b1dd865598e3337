/** Starts the server of a run, unless it is there: alone, under `flock`. Arguments: a file for what it is, and whose it is. */
import { existsSync, writeFileSync } from 'node:fs';
import { PostgresServer } from './server.ts';

const [, , file = '', ownerPid = ''] = process.argv;
if (!existsSync(file)) {
  const { folder, port } = await PostgresServer.start({}, Number(ownerPid));
  writeFileSync(file, JSON.stringify({ folder, port }));
}
