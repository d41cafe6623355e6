import { expect, test } from 'vitest';
import { parseMail } from './mail';

test('where an account is written to', () => {
  const told = { address: 'ada@example.org', confirmed_at: '2026-11-24T12:00:00Z', offered: true };
  expect(parseMail(told)).toEqual({ address: 'ada@example.org', confirmedAt: '2026-11-24T12:00:00Z', offered: true });
  expect(parseMail({ address: null, confirmed_at: null, offered: false })).toEqual({ address: null, confirmedAt: null, offered: false });
  expect(parseMail('nonsense')).toEqual({ address: null, confirmedAt: null, offered: false });
});
