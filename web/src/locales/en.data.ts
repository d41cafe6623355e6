/** What the page about the data says. */
export const enData = {
  'app.data': 'Open data',
  'title.data': 'Open data',
  'data.intro':
    'Everything that anybody may see here can be taken along: for research, for maps, for training. Each picture names its licence and whom to credit; keep to it. What was withdrawn is in none of this.',
  'data.table': 'As a table',
  'data.table.text':
    'One row a picture: where, when, in which direction, by whom, under which licence, with its tags and the addresses of its files. GeoParquet opens in DuckDB, GeoPandas and QGIS, straight from here.',
  'data.table.none': 'This server writes no files. The other ways have the same.',
  'data.table.address': 'List of the files (STAC Collection)',
  'data.table.duckdb': 'To try it in DuckDB',
  'data.table.snapshot': 'To cite and archive it: all files with checksums and a data card',
  'data.facts': '{pictures} in {files}, {size}, written {when}.',
  'data.incomplete': 'Some of it is just being written anew.',
  'data.nothingYet': 'There are no files yet. They are written a moment after the first pictures are public.',
  'data.pictures_one': '{count} picture',
  'data.pictures_other': '{count} pictures',
  'data.files_one': '{count} file',
  'data.files_other': '{count} files',
  'data.list': 'Files, one by one',
  'data.tile': 'Tile of the map',
  'data.count': 'Pictures',
  'data.size': 'Size',
  'data.download': 'Download the file of tile {tile}',
  'data.more_one': '{count} more file is on the list that programs read.',
  'data.more_other': '{count} more files are on the list that programs read.',
  'data.fetch': 'The pictures themselves',
  'data.fetch.text':
    'The program of this site takes all pictures of an area, checks each, goes on where it was interrupted, and later takes only what is new and removes what was withdrawn. Change the four numbers (west, south, east, north) to the place that you want.',
  'data.fetch.command': 'Command',
  'data.changes': 'What changes',
  'data.changes.text':
    'Every picture that appears, changes or goes, in order and without gaps: to keep a copy up to date, or for a bot that looks at what is new. Programs can wait for it, follow it as a stream, or be told (webhooks).',
  'data.changes.address': 'The first page of changes',
  'data.api': 'The whole interface',
  'data.api.text': 'Search by place, time and tags, read pictures and sequences, give back what you found: the interface is that of Panoramax and STAC.',
  'data.api.open': 'Open the description',
} as const;

export type DataMessages = Readonly<Record<keyof typeof enData, string>>;
