/** See `simulation.test.ts`. */
import { testBridges } from './lives.ts';

testBridges(2);
