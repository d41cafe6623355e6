import { request } from './client';
import { ApiError } from './errors';
import { list, number, object, text } from './json';

/** A file of the dataset. */
export interface DatasetFile {
  /** The tile of the map that it is of, by its quadkey. */
  readonly tile: string;
  readonly href: string;
  readonly pictures: number;
  readonly bytes: number;
}

/** What anybody may see, as files. */
export interface Dataset {
  readonly files: readonly DatasetFile[];
  readonly pictures: number;
  readonly bytes: number;
  /** When it was written, ISO 8601; null before it first was. */
  readonly writtenAt: string | null;
  /** Whether some of it is just being written anew. */
  readonly isIncomplete: boolean;
  /** Where the pictures are: west, south, east, north in degrees; null where there are none. */
  readonly bbox: readonly [number, number, number, number] | null;
}

function bboxOf(raw: unknown): Dataset['bbox'] {
  const [west, south, east, north] = list(list(object(object(object(raw).extent).spatial).bbox)[0]).map(number);
  if (west == null || south == null || east == null || north == null) return null;
  return [west, south, east, north];
}

/** The dataset out of the API's answer. */
export function parseDataset(raw: unknown): Dataset {
  const collection = object(raw);
  const files = Object.entries(object(collection.assets)).flatMap(([tile, asset]): DatasetFile[] => {
    const said = object(asset);
    const href = text(said.href);
    return href === null ? [] : [{ tile, href, pictures: number(said['table:row_count']) ?? 0, bytes: number(said['file:size']) ?? 0 }];
  });
  const sum = (of: (file: DatasetFile) => number): number => files.reduce((total, file) => total + of(file), 0);
  return {
    files,
    pictures: sum(({ pictures }) => pictures),
    bytes: sum(({ bytes }) => bytes),
    writtenAt: files.length === 0 ? null : text(collection.updated),
    isIncomplete: collection['flaneur:incomplete'] === true,
    bbox: files.length === 0 ? null : bboxOf(raw),
  };
}

/** The dataset; null where this server makes none. */
export async function getDataset(): Promise<Dataset | null> {
  try {
    return parseDataset(await request('/dataset'));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
