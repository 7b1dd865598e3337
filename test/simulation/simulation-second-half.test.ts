/** See `simulation.test.ts`. */
import { testLives } from './lives.ts';

testLives(2);
