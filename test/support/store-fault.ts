/** Prints what `check` says of a place for the store, as JSON: run as a user of its own. */
import { storeFault } from '../../src/cli/check-machine.ts';

const fault = storeFault(process.argv[2] ?? '', { name: 'node', uid: 1000 });
if (fault !== undefined) process.stdout.write(JSON.stringify(fault));
