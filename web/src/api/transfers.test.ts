import { afterEach, describe, expect, it, vi } from 'vitest';

import { beginTransfer, isPreparing, isUnderWay, listTransfers, parseTransfers, stopTransfer } from './transfers';

const LOCATION = 'https://other.invalid/api/collections/c1';

describe('transfers', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('are read, but for what is none', () => {
    const running = {
      id: 't1',
      status: 'running',
      collection: { id: 'c1', links: [], nb_items_to_transfer: 7, nb_transfered_items: 3, status: 'waiting-for-process' },
      collection_location: LOCATION,
      created_at: '2026-11-30T06:00:00Z',
      message: null,
      jobs: [],
    };
    const waiting = { id: 't2', status: 'waiting', collection: null, collection_location: LOCATION, message: '<b>' };
    expect(parseTransfers({ transfers: [running, waiting, { status: 'running' }, null] })).toEqual([
      { id: 't1', state: 'running', location: LOCATION, askedAt: '2026-11-30T06:00:00Z', sequence: 'c1', ready: false, total: 7, come: 3, message: null },
      { id: 't2', state: 'waiting', location: LOCATION, askedAt: '', sequence: null, ready: false, total: 0, come: 0, message: '<b>' },
    ]);
    expect(parseTransfers({ message: 'no' })).toEqual([]);
  });

  it('have counts that make sense, whatever is told', () => {
    const counts = (to: unknown, come: unknown): (number | undefined)[] => {
      const collection = { nb_items_to_transfer: to, nb_transfered_items: come };
      const [transfer] = parseTransfers({ transfers: [{ id: 't', status: 'finished', collection }] });
      return [transfer?.come, transfer?.total];
    };
    expect([counts(2, 3), counts(-1, null), counts('x', 4)]).toEqual([[3, 3], [0, 0], [4, 4]]);
  });

  it('are under way until they finished or failed', () => {
    const states = ['waiting', 'running', 'finished', 'failed'];
    const transfers = parseTransfers({ transfers: states.map((status) => ({ id: status, status })) });
    expect(transfers.map(isUnderWay)).toEqual([true, true, false, false]);
  });

  it('are prepared from when nothing more comes until they are shown', () => {
    const now = Date.parse('2026-11-30T06:00:00Z');
    const prepares = (status: string, come: number, shown: string, created_at: string): boolean => {
      const collection = { status: shown, nb_transfered_items: come };
      return parseTransfers({ transfers: [{ id: 't', status, collection, created_at }] }).some((each) => isPreparing(each, now));
    };
    expect(prepares('finished', 2, 'preparing', '2026-11-30T05:00:00Z')).toBe(true);
    expect(prepares('failed', 1, 'preparing', '2026-11-30T05:00:00Z')).toBe(true);
    expect(prepares('running', 2, 'preparing', '2026-11-30T05:00:00Z')).toBe(false);
    expect(prepares('finished', 0, 'preparing', '2026-11-30T05:00:00Z')).toBe(false);
    expect(prepares('finished', 2, 'ready', '2026-11-30T05:00:00Z')).toBe(false);
    expect(prepares('finished', 2, 'preparing', '2026-11-28T05:00:00Z')).toBe(false);
    expect(prepares('finished', 2, 'preparing', '')).toBe(false);
  });

  it('are listed, begun and stopped', async () => {
    const calls: [string, unknown][] = [];
    vi.stubGlobal('fetch', (path: string, { method, body }: RequestInit) => {
      calls.push([`${method ?? ''} ${path}`, body]);
      return Promise.resolve(method === 'DELETE' ? new Response(null, { status: 204 }) : Response.json({ id: 't1', transfers: [] }));
    });
    expect(await listTransfers()).toEqual([]);
    expect(await beginTransfer(LOCATION)).toBe('t1');
    await stopTransfer('t/1');
    expect(calls).toEqual([
      ['GET /api/users/me/transfers?show_all=true', undefined],
      ['POST /api/transfers', JSON.stringify({ collection_location: LOCATION })],
      ['DELETE /api/transfers/t%2F1', undefined],
    ]);
  });
});
