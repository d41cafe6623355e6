import { number, object, text } from '../api/json';
import { type Corrections, readCorrections, writeCorrections } from './correction';

/** What this browser remembers of an upload set until it is finished. */
export interface SetRecord {
  readonly id: string;
  readonly title: string;
  /** What picture ids are made with, see `identity.ts`. */
  readonly seed: string;
  /** Files that were chosen. */
  readonly files: number;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const SETS = 'flaneur.upload.';
const PLACES = 'flaneur.tus.';
const CORRECTIONS = 'flaneur.corrections.';
/** So many characters of corrections are kept, those of some 30,000 pictures: browsers have room for five millions of all kinds. */
const MOST_CORRECTIONS = 2_500_000;
/** The server keeps an open upload for a week at most. */
const PLACE_LASTS_MS = 8 * 86_400_000;

function storage(): Store | null {
  try {
    return localStorage;
  } catch {
    return null; // switched off: nothing is remembered
  }
}

/** Bookkeeping that outlives the page. Nothing here fails: without storage, or when it is full, nothing is remembered. */
export class Records {
  constructor(
    private readonly store: Store | null = storage(),
    private readonly now: () => number = Date.now,
  ) {}

  keep(record: SetRecord): void {
    this.write(SETS + record.id, JSON.stringify(record));
  }

  forget(id: string): void {
    this.remove(SETS + id);
    this.remove(CORRECTIONS + id);
  }

  /** What is to be taken in place of what files of a set say, which may have been chosen before a reload. */
  corrections(id: string): Corrections {
    return readCorrections(this.read(CORRECTIONS + id) ?? '');
  }

  /** False if they can't be kept: a reload would lose them. */
  keepCorrections(id: string, corrections: Corrections): boolean {
    const text = writeCorrections(corrections);
    this.remove(CORRECTIONS + id);
    return text === '' || (text.length <= MOST_CORRECTIONS && this.write(CORRECTIONS + id, text));
  }

  /** The sets that were begun and not finished, the newest first. */
  unfinished(): SetRecord[] {
    const records = this.keys(SETS).map((key) => this.record(key));
    return records.filter((record) => record !== null).sort((one, other) => other.begunAt - one.begunAt);
  }

  /** Where a file that is under way goes on, by its picture's id. */
  place(picture: string): string | null {
    return this.read(PLACES + picture)?.split('\n')[1] ?? null;
  }

  keepPlace(picture: string, url: string): void {
    this.write(PLACES + picture, `${this.now()}\n${url}`);
  }

  forgetPlace(picture: string): void {
    this.remove(PLACES + picture);
  }

  /** Forgets places that the server has forgotten, and corrections of sets that are forgotten. */
  tidy(): void {
    const sets = new Set(this.unfinished().map(({ id }) => CORRECTIONS + id));
    for (const key of this.keys(CORRECTIONS)) if (!sets.has(key)) this.remove(key);
    for (const key of this.keys(PLACES)) {
      const at = Number(this.read(key)?.split('\n')[0]);
      if (!(this.now() - at < PLACE_LASTS_MS)) this.remove(key);
    }
  }

  private record(key: string): SetRecord | null {
    let raw: unknown;
    try {
      raw = JSON.parse(this.read(key) ?? '');
    } catch {
      return null;
    }
    const { id, title, seed, files, begunAt } = object(raw);
    const [known, secret] = [text(id), text(seed)];
    if (known === null || secret === null || key !== SETS + known) return null;
    return { id: known, title: text(title) ?? '', seed: secret, files: number(files) ?? 0, begunAt: number(begunAt) ?? 0 };
  }

  private keys(prefix: string): string[] {
    const keys = Array.from({ length: this.store?.length ?? 0 }, (_, index) => this.store?.key(index) ?? '');
    return keys.filter((key) => key.startsWith(prefix));
  }

  private read(key: string): string | null {
    try {
      return this.store?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }

  private write(key: string, value: string): boolean {
    try {
      this.store?.setItem(key, value);
      return this.store !== null;
    } catch {
      // Full: the upload goes on, and is not offered again after a reload.
      return false;
    }
  }

  private remove(key: string): void {
    try {
      this.store?.removeItem(key);
    } catch {
      // As in `write`.
    }
  }
}
