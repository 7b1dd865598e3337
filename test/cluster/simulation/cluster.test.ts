/**
 * Thousands of small lives of a cluster, each from a seed: nodes that die between any two steps, hang, are cut off, drain, come and go, with
 * clocks that are wrong; a database that is away, slow, late, replaced or set back, with a clock that jumps; configs, versions and roles that
 * differ; receivers that refuse everything or ask for silence; mutes. After each the promises are checked.
 */
import { testClusters } from './lives.ts';

testClusters(1);
