import { pathOf } from './files';

/** FNV-1a of 128 bits (www.isthe.com/chongo/tech/comp/fnv): its offset basis and its prime. */
const BASIS = 0x6c62272e07bb014262b821756295c58dn;
const PRIME = 0x0000000001000000000000000000013bn;
const BITS = 128;

/** What the site knows a file by. Folders do not count: the same card may be chosen from its top or from within. */
export function fileKey(file: Pick<File, 'name' | 'size' | 'lastModified'>): string {
  return `${file.name}\n${file.size}\n${file.lastModified}`;
}

/**
 * The id that a file's picture is to have: always the same for a file and a seed, so that what is sent again after a
 * reload is known to the server. As random as the seed, which is a secret of this browser: nobody else can take the id
 * first. A UUID of version 8 (RFC 9562).
 */
export function pictureIdOf(seed: string, file: Pick<File, 'name' | 'size' | 'lastModified'>): string {
  let hash = BASIS;
  for (const byte of new TextEncoder().encode(`${seed}\n${fileKey(file)}`)) {
    hash = BigInt.asUintN(BITS, (hash ^ BigInt(byte)) * PRIME);
  }
  const hex = hash.toString(16).padStart(BITS / 4, '0');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}

/** 128 random bits, in hexadecimal. `crypto.randomUUID` is missing where a site has no TLS. */
export function newSeed(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The name that each file gets in its upload set, where no two may have the same: cameras begin anew with IMG_0001 in each
 * folder. Those get their folders before their names. `taken` are names that other files have.
 */
export function namesInSet(files: readonly File[], taken: ReadonlySet<string> = new Set()): Map<File, string> {
  const times = new Map<string, number>();
  for (const { name } of files) times.set(name, (times.get(name) ?? 0) + 1);
  const given = new Set(taken);
  const names = new Map<File, string>();
  for (const file of files) {
    const alone = times.get(file.name) === 1 && !given.has(file.name);
    const long = pathOf(file).split('/').join('_');
    let name = alone ? file.name : long;
    for (let number = 2; given.has(name); number += 1) name = `${number}_${long}`;
    given.add(name);
    names.set(file, name);
  }
  return names;
}
