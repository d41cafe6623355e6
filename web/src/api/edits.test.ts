import { expect, test } from 'vitest';

import { parseEditable, parseHistory } from './edits';

test('what may be changed is what the link says', () => {
  const item = {
    collection: 's',
    properties: {
      'view:azimuth': 12.5,
      'flaneur:heading_source': 'file',
      'geovisio:visibility': 'owner-only',
      semantics: [{ key: 'osm|amenity', value: 'bench' }, { key: 'lost' }],
    },
    links: [{ rel: 'self' }, { rel: 'edit', attributes: ['heading', 'semantics', 5] }],
  };
  expect(parseEditable(item)).toEqual({
    sequence: 's',
    attributes: ['heading', 'semantics'],
    heading: 12.5,
    visibility: 'owner-only',
    tags: [{ key: 'osm|amenity', value: 'bench' }],
  });
  expect(parseEditable({ properties: { 'view:azimuth': 0, 'flaneur:heading_source': 'none' } })).toEqual({
    sequence: null,
    attributes: [],
    heading: null,
    visibility: 'anyone',
    tags: [],
  });
});

test('a history is read in words', () => {
  const edit = {
    id: 'e',
    at: '2026-11-30T00:00:00+00:00',
    account: { name: 'ada' },
    changes: [
      { picture_id: 'p', was: { heading: 1, semantics: [] }, became: { heading: 2.00000001, semantics: [{ key: 'a', value: 'b' }] } },
      { picture_id: 'p', annotation_id: 'n', was: null, became: { semantics: [{ key: 'c', value: 'd' }] } },
    ],
    links: [{ rel: 'self' }, { rel: 'undo' }],
  };
  expect(parseHistory({ edits: [edit, { id: 'broken' }] })).toEqual([
    {
      id: 'e',
      at: '2026-11-30T00:00:00+00:00',
      who: 'ada',
      undoable: true,
      values: [
        { field: 'heading', was: '1', became: '2' },
        { field: 'semantics', was: '', became: 'a=b' },
        { field: 'annotation', was: '', became: 'c=d' },
      ],
    },
  ]);
});
