import { describe, expect, it } from 'vitest';

import { ApiError } from '../api/errors';
import type { Transfer } from '../api/transfers';
import { transferAddress } from './transferAddress';
import { LOOK_EVERY_MS, LOOK_LATEST_MS, watchTransfers } from './transferWatch';
import { endedText, messageText, placeOf, stateText, wentWrong } from './transferWords';

const ID = 'b3bae33e-cba2-464f-a0d1-d9f80b1958b0';
const PICTURE = '329af5c6-4761-4a6d-9c1e-674fd6daa8b6';
const LOCATION = `https://other.invalid/api/collections/${ID}`;
const HERE = 'https://here.invalid';

function transfer(changes: Partial<Transfer> = {}): Transfer {
  return { id: 't1', state: 'running', location: LOCATION, askedAt: '', sequence: ID, ready: false, total: 7, come: 3, message: null, ...changes };
}

describe('the address of a sequence', () => {
  it.each([
    ['of the API', LOCATION],
    ['with spaces around', `  ${LOCATION}\n`],
    ['without https', `other.invalid/api/collections/${ID}`],
    ['with capitals', `https://OTHER.invalid/api/collections/${ID.toUpperCase()}/`],
    ['of its pictures', `${LOCATION}/items?limit=10`],
    ['of one picture', `${LOCATION}/items/${PICTURE}`],
    ['of a page', `https://other.invalid/sequences/${ID}`],
    ['of the page of its owner', `https://other.invalid/sequence/${ID}?x=1`],
    ['in the hash of a viewer', `https://other.invalid/#focus=pic&map=17/48.1/-1.7&pic=${PICTURE}&seq=${ID}&xyz=1/2/3`],
    ['in the query of a viewer', `https://other.invalid/?seq=${ID}&pic=${PICTURE}`],
    ['in both, the hash winning', `https://other.invalid/?seq=${PICTURE}#seq=${ID}`],
    ['with a name in it', `https://me:secret@other.invalid/api/collections/${ID}`],
  ])('is understood %s', (_how, typed) => {
    expect(transferAddress(typed, HERE)).toEqual({ location: LOCATION });
  });

  it('keeps where the API is, and its port', () => {
    const location = `http://localhost:5000/some/api/collections/${ID}`;
    expect(transferAddress(location, HERE)).toEqual({ location });
  });

  it.each(['', '   ', 'a b', 'javascript:alert(1)', 'ftp://other.invalid/x', 'https://'])('is none: %j', (typed) => {
    expect(transferAddress(typed, HERE)).toEqual({ wrong: 'address' });
  });

  it.each([
    'https://other.invalid/',
    `https://other.invalid/#focus=pic&pic=${PICTURE}`,
    'https://other.invalid/api/collections/the-latest',
    'https://other.invalid/#seq=1',
    `https://other.invalid/api/pictures/${PICTURE}`,
  ])('says no sequence: %s', (typed) => {
    expect(transferAddress(typed, HERE)).toEqual({ wrong: 'noSequence' });
  });

  it.each([`${HERE}/api/collections/${ID}`, `here.invalid/#seq=${ID}`])('is of this very site: %s', (typed) => {
    expect(transferAddress(typed, HERE)).toEqual({ wrong: 'here' });
  });
});

describe('words', () => {
  it('say how far it is', () => {
    expect(stateText(transfer({ state: 'waiting' }))).toBe('Waits for its turn');
    expect(stateText(transfer())).toBe('Coming: 3 of 7 pictures are here');
    expect(stateText(transfer({ total: 0, come: 0 }))).toBe('Finding out what there is');
    expect(stateText(transfer({ state: 'finished', come: 7 }))).toBe('Done: 7 pictures came.');
    expect(stateText(transfer({ state: 'finished', come: 1, total: 1 }))).toBe('Done: 1 picture came.');
    expect(stateText(transfer({ state: 'finished' }))).toBe('Done: 3 of 7 pictures came.');
    expect(stateText(transfer({ state: 'failed', come: 0, total: 0 }))).toBe('It did not work; no picture came.');
    expect(stateText(transfer({ state: 'failed' }))).toBe('It came to an end early: 3 of 7 pictures came.');
    expect(stateText(transfer({ state: 'failed', message: 'It was stopped' }))).toBe('Stopped: 3 of 7 pictures came.');
    expect(stateText(transfer({ state: 'failed', come: 0, message: 'It was stopped' }))).toBe('Stopped; no picture came.');
    expect(stateText(transfer({ state: 'finished', come: 0 }))).toBe('Done, but no picture came.');
  });

  it('say what went wrong, and what is only over', () => {
    expect(wentWrong(transfer({ state: 'failed' }))).toBe(true);
    expect(wentWrong(transfer({ state: 'finished', come: 0 }))).toBe(true);
    expect(wentWrong(transfer({ state: 'failed', message: 'It was stopped' }))).toBe(false);
    expect(wentWrong(transfer({ state: 'finished' }))).toBe(false);
    expect(wentWrong(transfer({ come: 0 }))).toBe(false);
  });

  it.each([
    [null, null],
    ['The other instance does not answer; it is tried again', 'The other server does not answer. It is tried again by itself.'],
    [`${LOCATION} answers 404 Not Found`, 'The other server has no such sequence, or shows it to nobody.'],
    [`${LOCATION}/items answers 404 Not Found`, `${LOCATION}/items answers 404 Not Found`],
    ['1 left out, the last because: it has no licence', '1 picture was left out: it has no licence'],
    ['2 left out, the last because: <b>\nno', '2 pictures were left out, the last one for this reason: <b>\nno'],
    ['something else', 'something else'],
  ])('say what the server says: %s', (message, expected) => {
    expect(messageText(transfer({ message }))).toBe(expected);
  });

  it('do not say twice that it was stopped', () => {
    expect(messageText(transfer({ state: 'failed', message: 'It was stopped' }))).toBeNull();
  });

  it('call the other server by its host', () => {
    expect(placeOf(transfer())).toBe('other.invalid');
    expect(placeOf({ location: 'not an address' })).toBe('not an address');
  });

  it('say what came to an end, once', () => {
    const done = transfer({ state: 'finished', come: 7 });
    expect(endedText([transfer()], [done])).toBe('other.invalid: Done: 7 pictures came.');
    expect(endedText([done], [done])).toBeNull();
    expect(endedText([], [done])).toBeNull();
    expect(endedText([transfer()], [transfer({ come: 4 })])).toBeNull();
  });
});

describe('watching', () => {
  function run(answers: (readonly Transfer[] | Error)[], stop = new AbortController()) {
    const looks: (string | null)[] = [];
    const waits: number[] = [];
    let watched = 0;
    const done = watchTransfers({
      signal: stop.signal,
      ask: () => {
        const next = answers.shift() ?? new Error('asked too often');
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
      untilWatched: () => {
        watched += 1;
        return Promise.resolve();
      },
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
      onLook: (transfers) => looks.push(transfers?.map(({ state }) => state).join() ?? null),
    });
    return { done, looks, waits, watched: () => watched };
  }

  it('goes on until none is under way, and asks only while somebody looks', async () => {
    const finished = transfer({ id: 't2', state: 'finished' });
    const { done, looks, waits, watched } = run([[transfer({ state: 'waiting' }), finished], [transfer(), finished], [transfer({ state: 'failed' }), finished]]);
    await done;
    expect(looks).toEqual(['waiting,finished', 'running,finished', 'failed,finished']);
    expect(waits).toEqual([LOOK_EVERY_MS, LOOK_EVERY_MS]);
    expect(watched()).toBe(3);
  });

  it('goes on until all that came is shown, less and less often', async () => {
    const came = transfer({ state: 'finished', askedAt: new Date().toISOString() });
    const { done, waits } = run([[transfer()], ...Array.from({ length: 10 }, () => [came]), [{ ...came, ready: true }]]);
    await done;
    expect(waits.slice(0, 3)).toEqual([LOOK_EVERY_MS, LOOK_EVERY_MS * 1.5, LOOK_EVERY_MS * 2.25]);
    expect(waits.at(-1)).toBe(LOOK_LATEST_MS);
  });

  it('goes on through outages', async () => {
    const { done, looks } = run([new ApiError('network', 0, null), new ApiError('server', 503, null), []]);
    await done;
    expect(looks).toEqual([null, null, '']);
  });

  it('ends with the session', async () => {
    const { done, looks } = run([[transfer()], new ApiError('signedOut', 401, null)]);
    await expect(done).rejects.toMatchObject({ kind: 'signedOut' });
    expect(looks).toEqual(['running']);
  });

  it('says nothing of an answer that comes too late', async () => {
    const stop = new AbortController();
    const { done, looks } = run([[transfer()]], stop);
    stop.abort();
    await expect(done).rejects.toThrow();
    expect(looks).toEqual([]);
  });
});
