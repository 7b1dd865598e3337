/** A node and its cluster, for people. */
import { expect, test } from 'vitest';
import { clusterLines } from '../../src/cli/cluster-text.ts';

test.each([
  [0, '1s'],
  [499, '1s'],
  [61_400, '1m1s'],
])(
  'regression: how long a node has been alone is in seconds from its first moment on: %i ms',
  (forMs, span) => {
    const cluster = {
      standing: { is: 'alone', why: 'the database is away', forMs } as const,
      ...{ node: 'a', reached: false, sends: 256, unheld: 0, nodes: [] },
    };
    expect(clusterLines(cluster, undefined).join('\n')).toContain(
      `This node is alone for ${span} and sends everything`,
    );
  },
);
