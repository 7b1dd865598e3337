/** The other half of the lives of `cluster.test.ts`. */
import { testClusters } from './lives.ts';

testClusters(2);
