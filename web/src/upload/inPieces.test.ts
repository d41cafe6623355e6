import type { UploadOptions } from 'tus-js-client';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { sendInPieces } from './inPieces';
import { Records } from './record';

const started: UploadOptions[] = [];
let behave: (options: UploadOptions) => void = () => undefined;

vi.mock('tus-js-client', () => ({
  DetailedError: class extends Error {
    constructor(readonly originalResponse: unknown) {
      super('tus');
    }
  },
  Upload: class {
    url = '/tus/new';
    constructor(
      _file: unknown,
      private readonly options: UploadOptions,
    ) {}
    start(): void {
      started.push(this.options);
      behave(this.options);
    }
    abort(): Promise<void> {
      return Promise.resolve();
    }
  },
}));

const { DetailedError } = (await import('tus-js-client')) as unknown as {
  DetailedError: new (response: unknown) => Error;
};

function fails(status: number, body: unknown = {}) {
  return (options: UploadOptions): void => {
    options.onUploadUrlAvailable?.();
    const response = { getStatus: () => status, getBody: () => JSON.stringify(body), getHeader: () => undefined };
    options.onError?.(new DetailedError(status === 0 ? null : response));
  };
}

const parcel = { set: 's', file: { size: 9, type: 'image/jpeg' } as File, name: 'é.jpg', picture: 'p', correction: null };

class Memory extends Map<string, string> {
  get length(): number {
    return this.size;
  }
  key(index: number): string | null {
    return [...this.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.set(key, value);
  }
  removeItem(key: string): void {
    this.delete(key);
  }
}

function run(place: string | null, told: Response | null = null) {
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('fetch', () => (told === null ? Promise.reject(new TypeError('lost')) : Promise.resolve(told)));
  started.length = 0;
  const records = new Records(new Memory());
  if (place !== null) records.keepPlace('p', place);
  return { records, done: sendInPieces(parcel, records, () => undefined, new AbortController().signal) };
}

describe('sendInPieces', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('begins with the id that the picture is to have, and answers it', async () => {
    behave = (options) => {
      options.onUploadUrlAvailable?.();
      options.onSuccess?.({ lastResponse: {} as never });
    };
    const { done, records } = run(null);
    expect(await done).toEqual({ status: 202, body: { picture_id: 'p' }, retryAfterMs: null });
    expect(started[0]).toMatchObject({
      endpoint: '/api/upload_sets/s/tus',
      metadata: { filename: 'é.jpg', filetype: 'image/jpeg', isBlurred: 'false', picture_id: 'p' },
    });
    expect(records.place('p')).toBeNull();
  });

  it('remembers where to go on when the line breaks or the server is in trouble', async () => {
    behave = fails(0);
    const lost = run(null);
    await expect(lost.done).rejects.toThrow();
    expect(lost.records.place('p')).toBe('/tus/new');
    behave = fails(503);
    const trouble = run('/tus/1', Response.json({ state: 'receiving' }));
    expect((await trouble.done).status).toBe(503);
    expect(started[0]).toMatchObject({ uploadUrl: '/tus/1' });
    expect(started[0]?.endpoint).toBeUndefined();
    expect(trouble.records.place('p')).not.toBeNull();
  });

  it('hands on why a file was refused, as a form would be answered', async () => {
    const body = { message: 'Impossible', details: { missing_fields: ['location'] } };
    behave = fails(400, body);
    const { done, records } = run(null);
    expect(await done).toEqual({ status: 400, body, retryAfterMs: null });
    expect(records.place('p')).toBeNull();
  });

  it.each([
    ['accepted', { state: 'accepted', picture_id: 'q' }, 202],
    ['refused', { state: 'refused', refused: { status_code: 409, message: 'm' } }, 409],
  ])('sends nothing of a file whose answer was lost: %s', async (_state, told, status) => {
    const { done, records } = run('/tus/1', Response.json(told));
    expect((await done).status).toBe(status);
    expect(started).toEqual([]);
    expect(records.place('p')).toBeNull();
  });

  it.each([
    ['expired', Response.json({ state: 'expired' })],
    ['gone', new Response('{}', { status: 404 })],
  ])('begins anew what is %s', async (_what, told) => {
    behave = (options) => options.onSuccess?.({ lastResponse: {} as never });
    const { done } = run('/tus/1', told);
    expect((await done).status).toBe(202);
    expect(started[0]?.endpoint).toBe('/api/upload_sets/s/tus');
  });

  it('does not forget the place when it cannot ask', async () => {
    const { done, records } = run('/tus/1');
    await expect(done).rejects.toThrow('lost');
    expect(records.place('p')).toBe('/tus/1');
    const trouble = run('/tus/1', new Response('', { status: 502 }));
    expect((await trouble.done).status).toBe(502);
    expect(trouble.records.place('p')).toBe('/tus/1');
    expect(started).toEqual([]);
  });

  it('asks again where to go on after a piece that came at the wrong place', async () => {
    behave = fails(409);
    const { done, records } = run('/tus/1', Response.json({ state: 'receiving' }));
    await expect(done).rejects.toThrow('ask again');
    expect(records.place('p')).not.toBeNull();
  });
});
