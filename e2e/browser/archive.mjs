// Reads a PMTiles archive with the library that maps in browsers read it with.
// Usage: node archive.mjs FILE Z/X/Y…; prints JSON: the header, the metadata, and of each tile its bytes in base64, or null.
import { openAsBlob } from 'node:fs';
import { FileSource, PMTiles } from 'pmtiles';

const [path, ...names] = process.argv.slice(2);
const archive = new PMTiles(new FileSource(Object.assign(await openAsBlob(path), { name: path })));
const tiles = {};
for (const name of names) {
  const tile = await archive.getZxy(...name.split('/').map(Number));
  tiles[name] = tile ? Buffer.from(tile.data).toString('base64') : null;
}
const header = await archive.getHeader();
const metadata = await archive.getMetadata();
process.stdout.write(JSON.stringify({ header, metadata, tiles }));
