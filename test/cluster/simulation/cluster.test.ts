/**
 * Thousands of small lives of a cluster, each from a seed: nodes that die, hang, are cut off, drain, come and go, with clocks that are
 * wrong; a database that is away, slow, replaced, with a clock that jumps; configs that differ. After each the promises are checked.
 */
import { testClusters } from './lives.ts';

testClusters(1);
