/** The commands and addresses that the page offers, for this very server. */
import type { Dataset } from '../api/dataset';

/** Rounded outwards, so that nothing at the edge is left out. */
function box([west, south, east, north]: NonNullable<Dataset['bbox']>): string {
  const outwards = (degrees: number, round: (value: number) => number): string => String(round(degrees * 100) / 100);
  return [outwards(west, Math.floor), outwards(south, Math.floor), outwards(east, Math.ceil), outwards(north, Math.ceil)].join(',');
}

/** Counts pictures by licence in DuckDB, over HTTP. One file, as a start. */
export function duckdb(href: string): string {
  return `SELECT license, count(*) FROM read_parquet('${href.replaceAll("'", "''")}') GROUP BY license;`;
}

/** Takes the pictures themselves. */
export function fetchCommand(origin: string, bbox: Dataset['bbox']): string {
  const where = bbox === null ? '' : ` --bbox=${box(bbox)}`;
  return `flaneur fetch ${origin} --into pictures${where}`;
}

/** Takes the files along as they are now, with checksums and a data card. */
export function snapshotCommand(origin: string): string {
  return `flaneur snapshot ${origin} --into snapshot`;
}

export function changesAddress(origin: string): string {
  return `${origin}/api/changes?after=0`;
}

export function datasetAddress(origin: string): string {
  return `${origin}/api/dataset`;
}
