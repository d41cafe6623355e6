// Stands before another server and lets through as many requests as it is told, so that a transfer stays where it is.
import { createServer, request } from 'node:http';

/** Paths of pictures. */
const PICTURES = /^\/api\/pictures\/[^/]+\/[^/]+\.jpg/;

/** Starts one before the server of an address, which is to follow the `Host` header in the links that it gives. */
export async function holdBefore(address) {
  const { hostname, port } = new URL(address);
  let waiting = [];
  let [left, held] = [Infinity, PICTURES];
  const pass = () => {
    while (left > 0 && waiting.length > 0) {
      left -= 1;
      waiting.shift()();
    }
  };
  const server = createServer(async (asked, answered) => {
    const { url: path, method, headers } = asked;
    if (held.test(path)) {
      await new Promise((resolve) => {
        waiting.push(resolve);
        pass();
      });
    }
    const there = request({ hostname, port, path, method, headers }, (answer) => {
      answered.writeHead(answer.statusCode, answer.headers);
      answer.pipe(answered);
    });
    there.on('error', () => answered.destroy());
    // Who asked may have given up, also while it was held.
    answered.on('close', () => there.destroy());
    if (answered.destroyed) there.destroy();
    else asked.pipe(there);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    host: new URL(url).host,
    /** Lets so many more pictures through, or whatever else has such a path, and holds what comes then. */
    let: (requests, paths = PICTURES) => {
      [left, held] = [requests, paths];
      pass();
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
