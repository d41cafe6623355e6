import { describe, expect, it, vi } from 'vitest';

import { backOff, type FileState, judge, type Send, type SendResult, Unreadable, UploadQueue } from './queue';

const ok = (id: string): SendResult => ({ status: 202, body: { picture_id: id }, retryAfterMs: null });
const answer = (status: number, body: unknown = null, retryAfterMs: number | null = null): SendResult => ({
  status,
  body,
  retryAfterMs,
});

const IN_SET = { reason: 'duplicate_in_set', existing_item: { id: 'x' } };

/** A server that gives each file its answers in turn; an Error is a lost connection. */
function server(script: Record<string, (SendResult | Error)[]>): Send<string> {
  return vi.fn((file: string) => {
    const next = script[file]?.shift();
    if (next === undefined) throw new Error(`unexpected request for ${file}`);
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  });
}

function queueOf(files: string[], send: Send<string>, parallel = 2) {
  const seen: Record<string, string[]> = {};
  const waits: number[] = [];
  const queue = new UploadQueue(files, {
    send,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    random: () => 0,
    onChange: ({ file, state }) => (seen[file] ??= []).push(state.kind),
    parallel,
  });
  const states = (): FileState[] => queue.entries.map((entry) => entry.state);
  return { queue, seen, waits, states };
}

describe('UploadQueue', () => {
  it('sends every file', async () => {
    const { queue, states, seen } = queueOf(['a', 'b', 'c'], server({ a: [ok('1')], b: [ok('2')], c: [ok('3')] }));
    expect(await queue.run()).toBe('finished');
    expect(states()).toEqual(['1', '2', '3'].map((pictureId) => ({ kind: 'accepted', pictureId })));
    expect(seen.a).toEqual(['sending', 'accepted']);
  });

  it('sends two at a time, never more', async () => {
    let running = 0;
    let most = 0;
    const send: Send<string> = async (file) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      return ok(file);
    };
    const { queue } = queueOf(['a', 'b', 'c', 'd', 'e'], send);
    await queue.run();
    expect(most).toBe(2);
  });

  it('tries again after lost connections and server trouble, ever more patiently', async () => {
    const lost = new Error('lost');
    const { queue, waits, seen, states } = queueOf(['a'], server({ a: [lost, answer(503), answer(500), ok('1')] }));
    expect(await queue.run()).toBe('finished');
    expect(waits).toEqual([1000, 2000, 4000]);
    expect(seen.a).toEqual(['sending', 'retrying', 'sending', 'retrying', 'sending', 'retrying', 'sending', 'accepted']);
    expect(states()).toEqual([{ kind: 'accepted', pictureId: '1' }]);
  });

  it('does as Retry-After says', async () => {
    const { queue, waits } = queueOf(['a'], server({ a: [answer(429, null, 7000), ok('1')] }));
    await queue.run();
    expect(waits).toEqual([7000]);
  });

  it('gives a file up after six attempts and takes it up again when asked to', async () => {
    const send = server({ a: [...Array.from({ length: 6 }, () => answer(502)), ok('1')], b: [ok('2')] });
    const { queue, states } = queueOf(['a', 'b'], send);
    await queue.run();
    expect(states()).toEqual([{ kind: 'failed', why: 'server' }, { kind: 'accepted', pictureId: '2' }]);
    expect(queue.count('failed')).toBe(1);
    queue.retryFailed();
    expect(await queue.run()).toBe('finished');
    expect(states()[0]).toEqual({ kind: 'accepted', pictureId: '1' });
  });

  it('does not try again what is refused', async () => {
    const body = { message: 'no position' };
    const { queue, states } = queueOf(['a'], server({ a: [answer(400, body)] }));
    await queue.run();
    expect(states()).toEqual([{ kind: 'refused', status: 400, body }]);
  });

  it('names the picture that is already there', async () => {
    const { queue, states } = queueOf(['a'], server({ a: [answer(409, IN_SET)] }));
    await queue.run();
    expect(states()).toEqual([{ kind: 'duplicate', pictureId: 'x', inSet: true }]);
  });

  it('takes a conflict with its own lost attempt for success', async () => {
    const conflict = answer(409, IN_SET);
    const { queue, states } = queueOf(['a'], server({ a: [new Error('answer lost'), conflict] }));
    await queue.run();
    expect(states()).toEqual([{ kind: 'accepted', pictureId: 'x' }]);
  });

  it('stops when the session has ended and goes on after signing in', async () => {
    const send = server({ a: [answer(401), ok('1')], b: [ok('2')] });
    const { queue, states } = queueOf(['a', 'b'], send, 1);
    expect(await queue.run()).toBe('signedOut');
    expect(states()).toEqual([{ kind: 'waiting' }, { kind: 'waiting' }]);
    expect(await queue.run()).toBe('finished');
    expect(queue.count('accepted')).toBe(2);
  });

  it('pauses in the middle of a file and sends it again', async () => {
    let attempts = 0;
    const send: Send<string> = (_file, onProgress, signal) => {
      attempts += 1;
      onProgress(0.5);
      if (attempts > 1) return Promise.resolve(ok('1'));
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
        queue.pause();
      });
    };
    const { queue, states } = queueOf(['a', 'b'], send, 1);
    expect(await queue.run()).toBe('paused');
    expect(states()).toEqual([{ kind: 'waiting' }, { kind: 'waiting' }]);
    expect(await queue.run()).toBe('finished');
    expect(queue.count('accepted')).toBe(2);
  });

  it('waits through a long silence, but not for ever', async () => {
    const silence = (times: number): Error[] => Array.from({ length: times }, () => new Error('lost'));
    const { queue, states } = queueOf(['a', 'b'], server({ a: [...silence(11), ok('1')], b: silence(12) }), 1);
    await queue.run();
    expect(states()).toEqual([{ kind: 'accepted', pictureId: '1' }, { kind: 'failed', why: 'connection' }]);
  });

  it('never gives a file up that gets on, and shows where it goes on', async () => {
    let sent = 0;
    const send: Send<string> = (_file, onProgress) => {
      sent += 0.05;
      if (sent >= 1) return Promise.resolve(ok('1'));
      onProgress(sent);
      return Promise.reject(new Error('lost'));
    };
    const { queue, waits, states } = queueOf(['a'], send);
    await queue.run();
    expect(states()).toEqual([{ kind: 'accepted', pictureId: '1' }]);
    expect(Math.max(...waits)).toBe(1000);
    expect(queue.entries[0]?.reached).toBeGreaterThan(0.9);
  });

  it('does not try again what cannot be read any more', async () => {
    const { queue, states, waits } = queueOf(['a'], server({ a: [new Unreadable()] }));
    await queue.run();
    expect(states()).toEqual([{ kind: 'failed', why: 'unreadable' }]);
    expect(waits).toEqual([]);
  });

  it('refuses to run twice at once', async () => {
    const { queue } = queueOf(['a'], server({ a: [ok('1')] }));
    const first = queue.run();
    await expect(queue.run()).rejects.toThrow('already running');
    await first;
  });
});

describe('judge', () => {
  it.each([408, 423, 425, 429, 500, 502, 503, 504])('tries %i again', (status) => {
    expect(judge(answer(status), false)).toBe('retry');
  });

  it.each([400, 403, 404, 413, 415, 422])('takes %i as final', (status) => {
    expect(judge(answer(status), false)).toMatchObject({ kind: 'refused', status });
  });

  it('tells a duplicate from another conflict, whether it came in a form or over tus', () => {
    const reason = 'duplicate';
    const own = { reason, upload_sets: [{ upload_set_id: 's', existing_item_id: 'o' }] };
    const other = { reason, existing_picture: { id: 'p' } };
    for (const status of [409, 422]) {
      expect(judge(answer(status, own), true)).toEqual({ kind: 'duplicate', pictureId: 'o', inSet: false });
      expect(judge(answer(status, other), false)).toEqual({ kind: 'duplicate', pictureId: 'p', inSet: false });
      expect(judge(answer(status, { reason }), false)).toMatchObject({ kind: 'duplicate', pictureId: null });
      expect(judge(answer(status, { reason: 'name_taken', existing_item: { id: 'x' } }), false)).toMatchObject({ kind: 'refused' });
    }
  });

  it('accepts without a picture id', () => {
    expect(judge(answer(200, { picture_id: 5 }), false)).toEqual({ kind: 'accepted', pictureId: null });
  });
});

describe('backOff', () => {
  it('doubles up to a minute and spreads by up to half', () => {
    expect(backOff(1, 0, null)).toBe(1000);
    expect(backOff(3, 0, null)).toBe(4000);
    expect(backOff(30, 0, null)).toBe(60_000);
    expect(backOff(3, 0.999, null)).toBeGreaterThanOrEqual(2000);
    expect(backOff(3, 0.999, null)).toBeLessThan(2100);
  });

  it('waits no more than a minute whatever the server asks', () => {
    expect(backOff(1, 0, 1e9)).toBe(60_000);
  });
});
