import { describeWithPostgres } from '../support/postgres/installed.ts';
import { describeShared } from './conformance.ts';
import { postgresBench } from './postgres-bench.ts';

describeWithPostgres('PostgreSQL', () => describeShared('keeps the promises of the model', postgresBench));
