/** The other half of the lives of `cluster.test.ts`. */
import { testLives } from './lives.ts';

testLives(2);
