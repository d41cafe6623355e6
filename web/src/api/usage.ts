import { request } from './client';
import { number, object } from './json';

/** What an account has on the server. */
export interface Usage {
  readonly pictures: number;
  /** Bytes of the files that the pictures came in. */
  readonly bytes: number;
  /** How much of each it may have; null where as much as there is room for. */
  readonly mostPictures: number | null;
  readonly mostBytes: number | null;
}

export function parseUsage(raw: unknown): Usage {
  const { pictures, bytes, most_pictures: mostPictures, most_bytes: mostBytes } = object(raw);
  return {
    pictures: number(pictures) ?? 0,
    bytes: number(bytes) ?? 0,
    mostPictures: number(mostPictures),
    mostBytes: number(mostBytes),
  };
}

export async function getUsage(signal?: AbortSignal): Promise<Usage> {
  return parseUsage(await request('/users/me/usage', { signal }));
}

/** How much of what it may have an account has, 0 to 1 and beyond; 0 where it may have any number. */
export function share({ pictures, bytes, mostPictures, mostBytes }: Usage): number {
  const of = (has: number, most: number | null): number => (most === null ? 0 : most === 0 ? 1 : has / most);
  return Math.max(of(pictures, mostPictures), of(bytes, mostBytes));
}
