/**
 * Thousands of small lives of the bridge, each from a seed: feeds that repeat and come out of order, old
 * news, receivers that fail in every way, a disk that breaks, rows that it refuses, clocks that are set, a
 * machine that sleeps, reloads, stops, crashes between any two steps. After each, the guarantees are asked.
 */
import { testBridges } from './lives.ts';

testBridges(1);
