import { describe, expect, it } from 'vitest';

import { parseDataset } from '../api/dataset';
import { duckdb, fetchCommand } from './ways';

const HREF = 'https://here.invalid/api/dataset/120-8f3a.parquet';

function answer(changes: object = {}): object {
  return {
    'updated': '2026-11-30T02:00:00+00:00',
    'flaneur:incomplete': false,
    'extent': { spatial: { bbox: [[2.123, -48.5, 2.456, 49]] } },
    'assets': {
      120: { 'href': HREF, 'file:size': 1000, 'table:row_count': 7 },
      121: { 'href': 'https://here.invalid/api/dataset/121.parquet', 'file:size': 500, 'table:row_count': 3 },
    },
    ...changes,
  };
}

describe('the dataset', () => {
  it('is counted', () => {
    const dataset = parseDataset(answer());
    expect(dataset).toMatchObject({ pictures: 10, bytes: 1500, writtenAt: '2026-11-30T02:00:00+00:00', isIncomplete: false });
    expect(dataset.files[0]).toEqual({ tile: '120', href: HREF, pictures: 7, bytes: 1000 });
    expect(dataset.bbox).toEqual([2.123, -48.5, 2.456, 49]);
  });

  it('may be empty, whatever its extent says', () => {
    const dataset = parseDataset(answer({ assets: {} }));
    expect(dataset).toMatchObject({ files: [], pictures: 0, writtenAt: null, bbox: null });
  });

  it.each([null, 7, [], { assets: [1] }, { assets: { a: 1 } }, { assets: { a: { href: 3 } } }])('is read without trust: %j', (raw) => {
    expect(parseDataset(raw).files).toEqual([]);
  });
});

describe('what is offered', () => {
  it('fetches everything around what there is', () => {
    expect(fetchCommand('https://here.invalid', [2.123, -48.501, 2.456, 49])).toBe(
      'flaneur fetch https://here.invalid --into pictures --bbox=2.12,-48.51,2.46,49',
    );
    expect(fetchCommand('https://here.invalid', null)).toBe('flaneur fetch https://here.invalid --into pictures');
  });

  it('asks of a file in words that end where they should', () => {
    expect(duckdb(HREF)).toBe(`SELECT license, count(*) FROM read_parquet('${HREF}') GROUP BY license;`);
    expect(duckdb("https://x.invalid/a'b")).toContain("'https://x.invalid/a''b'");
  });
});
