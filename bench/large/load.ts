/** Of a fresh process: how long it takes to load the config in its folder and make it ready, in ms; one line. */
import { loadConfig } from '../../src/config/load.ts';
import { makeReady } from '../../src/daemon/ready-config.ts';

const began = { ms: performance.now(), cpu: process.cpuUsage() };
const { config, problems, ...loaded } = loadConfig({ file: 'config.yaml', env: process.env });
if (config === undefined) throw new Error(JSON.stringify(problems.slice(0, 3)));
const loadedMs = performance.now();
makeReady({ config, ...loaded });
const { user, system } = process.cpuUsage(began.cpu);
const ms = { load: loadedMs - began.ms, ready: performance.now() - loadedMs, cpu: (user + system) / 1000 };
process.stdout.write(`${JSON.stringify({ ...ms, rules: config.rules.length })}\n`);
