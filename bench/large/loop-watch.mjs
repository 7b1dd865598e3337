// Preloaded into the bridge: at SIGUSR2 it writes how long the loop was held at most since the last time, in ms.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGUSR2', () => {
  process.stderr.write(`${JSON.stringify({ loopHeldMs: delay.max / 1e6 })}\n`);
  delay.reset();
});
