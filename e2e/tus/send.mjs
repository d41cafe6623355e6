// Sends files with tus-js-client, as many at once as asked for, and prints what became of each as JSON.
// The environment has FLANEUR_TUS: {"endpoint", "token", "files": [{"path", "metadata"}], "at_once", "chunk", "tries"}.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Upload } from "tus-js-client";

const { endpoint, token, files, at_once, chunk, tries } = JSON.parse(process.env.FLANEUR_TUS);

async function send({ path, metadata }) {
  const { size } = await stat(path);
  return new Promise((resolve) => {
    const upload = new Upload(createReadStream(path), {
      endpoint,
      metadata,
      headers: { Authorization: `Bearer ${token}` },
      uploadSize: size,
      chunkSize: chunk ?? Number.POSITIVE_INFINITY,
      retryDelays: Array(tries).fill(100),
      onSuccess: () => resolve({ name: metadata.filename, url: upload.url }),
      onError: (error) =>
        resolve({
          name: metadata.filename,
          url: upload.url,
          error: error.message,
          status: error.originalResponse?.getStatus() ?? null,
          body: error.originalResponse?.getBody() ?? null,
        }),
    });
    upload.start();
  });
}

const waiting = [...files];
const done = [];
await Promise.all(
  Array.from({ length: at_once }, async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      done.push(await send(file));
    }
  }),
);
console.log(JSON.stringify(done));
