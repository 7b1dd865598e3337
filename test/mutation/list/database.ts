/** Nodes share one database: one holder, one row, nothing passed by, and every fault of it has an end. */
import { inFile, suites } from '../places.ts';

export const database = [
  ...inFile('src/cluster/postgres/facts.ts', suites('cluster/postgres-promises'), [
    'a fact ends by the clock alone',
    'set back by hours, it makes a destination silent for hours',
    'least(extract(epoch FROM until - clock_timestamp())::float8 * 1000, rest_ms) AS',
    'extract(epoch FROM until - clock_timestamp())::float8 * 1000 AS',
  ]),
  ...inFile('src/cluster/postgres/ends.ts', suites('cluster/postgres-promises'), [
    'another life of a node is the same claimant',
    'after the database was set back an order is claimed twice, or never',
    '.claim / $',
    '.claim / 1000 / $',
  ]),
  ...inFile(
    'src/cluster/postgres/members.ts',
    suites('cluster/postgres-faults', 'cluster/postgres-promises'),
    [
      'a claim does not hold back those who seem to be over',
      'two nodes hold one partition',
      'WHERE until <= now() AND EXISTS (',
      'WHERE false AND EXISTS (',
    ],
    [
      'whatever is given back late is free',
      'a node that has taken it again sends, and so does the next one',
      ' AND l.epoch = i.epoch`);',
      '`);',
    ],
    [
      'a renewal that comes late is the last one',
      'a database is taken for an earlier state of itself',
      'beat = greatest(n.beat, EXCLUDED.beat)',
      'beat = EXCLUDED.beat',
    ],
    [
      'a clock that was set back is believed',
      'a dead node holds for an hour',
      '(([, restMs]) => restMs > LEASE_MS)',
      '(() => false)',
    ],
    [
      'who is there loses what it holds',
      'two nodes hold one partition',
      'l.life AND n.until > now())',
      'l.life)',
    ],
  ),
  ...inFile(
    'src/cluster/postgres/log.ts',
    suites('cluster/postgres-faults', 'cluster/postgres-promises'),
    [
      'several append at once',
      'numbers are given twice, or one is passed by',
      "WHERE name = 'log' FOR UPDATE`",
      "WHERE name = 'log'`",
    ],
    [
      'nobody says when it was sent',
      'old news is young',
      'partKeys, sentMs, partitions',
      'partKeys, null, partitions',
    ],
    [
      'what waited is not older',
      'old news is young',
      '({ ageMs }) => ageMs + waitedMs,',
      '({ ageMs }) => ageMs,',
    ],
  ),
  ...inFile(
    'src/cluster/postgres/ends.ts',
    suites('cluster/postgres-promises', 'cluster/postgres-faults'),
    [
      'begun without the lease',
      'a node that has lost the partition sends',
      'AND l.node = i.node AND l.epoch = i.epoch',
      '',
    ],
    ['an end replaces an end', 'history changes', "givesWay('ends', 'EXCLUDED')", "'true'"],
    [
      'a claim of the day before is not seen',
      'begun twice',
      'AND e.id = m.id) ORDER BY id',
      'AND false) ORDER BY id',
    ],
    [
      'a claim is taken back whatever its number',
      'an order leaves twice, because of what came late',
      '.claim))`',
      '.claim OR true))`',
    ],
    [
      'nobody waits while the halves change places',
      'begun twice at the turn',
      '    rowsOf(client, SHARE_HALVES),\n    rowsOf<{ id: string }>',
      '    rowsOf(client, BEGIN, valuesOf([], 0)),\n    rowsOf<{ id: string }>',
    ],
  ),
  ...inFile(
    'src/cluster/postgres/line.ts',
    suites('cluster/postgres-faults'),
    [
      'a late answer leaves the connection',
      'the next call hangs as well',
      '      this.#drop(error);\n    });',
      '    });',
    ],
    [
      'tables that are gone stay gone',
      'an empty database is never used',
      'if (areTablesGone(error)) this.#drop(error);',
      '',
    ],
  ),
  ...inFile('src/cluster/postgres/pooler.ts', suites('cluster/probe'), [
    'a pooler is believed',
    'hints and settings get lost',
    'if (!(await keepsBackends(first, second)) || !(await hears(first, second, clock)))',
    'if (first === second && (await keepsBackends(first, second)) && (await hears(first, second, clock)))',
  ]),
  ...inFile(
    'src/cluster/postgres/migrations.ts',
    suites('cluster/postgres-faults', 'cluster/probe'),
    [
      'two make the tables at once',
      'a node cannot start',
      '`SELECT pg_advisory_xact_lock(',
      '`SELECT pg_advisory_xact_lock_shared(',
    ],
    [
      'a newer schema is used',
      'an old node breaks it',
      'if ((version ?? 0) <= SCHEMA_VERSION) return version;',
      'return version;',
    ],
  ),
];
