/**
 * People who look on, in a process of their own: `node bench/viewers.mjs PORT COUNT PATH…` opens that many streams of each
 * path and reads them as they come. Says `ready` when all are open. The least urgent process of the machine: elsewhere it
 * would be on other machines.
 */
import { connect } from 'node:net';
import { setPriority } from 'node:os';

const [, , port, count, ...paths] = process.argv;
setPriority(19);
let open = 0;
let bytes = 0;
for (const path of paths)
  for (let n = 0; n < Number(count); n++) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
    socket.once('data', () => {
      if (++open === Number(count) * paths.length) process.stdout.write('ready\n');
    });
    socket.on('data', (part) => {
      bytes += part.length;
    });
    socket.on('close', () => {
      process.stderr.write(`a viewer of ${path} was dropped\n`);
      process.exit(1);
    });
  }
process.on('SIGTERM', () => {
  process.stderr.write(`viewers read ${bytes} bytes\n`);
  process.exit(0);
});
