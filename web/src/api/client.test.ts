import { expect, test } from 'vitest';

import { messageOf, problemsOf } from './client';

test('an error says what is wrong with which field', () => {
  const body = {
    message: 'Impossible to create a Report',
    details: [{ fields: ['reporter_email', 7], error: 'Input should be an e-mail address' }, { fields: ['issue'] }, 'broken'],
  };
  expect(problemsOf(body)).toEqual([{ fields: ['reporter_email'], text: 'Input should be an e-mail address' }]);
  expect(messageOf(body)).toBe('Impossible to create a Report');
});

test('an error without fields has none', () => {
  expect(problemsOf({ message: 'no', details: { error: 'because' } })).toEqual([]);
  expect(problemsOf(null)).toEqual([]);
});
