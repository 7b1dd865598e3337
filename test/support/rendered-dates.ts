/** Prints, as JSON, what templates with dates make: run as a process of its own, under another time zone. */
import { compilePlain } from '../../src/templates/template.ts';
import { scopeOf } from '../../src/templates/variables.ts';
import { inputOf } from '../destinations/render-support.ts';

const [changes = '{}', ...sources] = process.argv.slice(2);
const scope = scopeOf(inputOf(JSON.parse(changes)));
process.stdout.write(JSON.stringify(sources.map((source) => compilePlain(source)(scope))));
