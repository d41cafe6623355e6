import type { UploadedFile } from '../api/uploadSets';
import type { FileState } from './queue';

/** How one file stands: chosen, on its way, or what the server says of it. */
export type ItemState = { readonly kind: 'chosen' } | FileState | { readonly kind: 'told'; readonly record: UploadedFile };

/** What a reader looks for. */
export const CATEGORIES = ['toSend', 'preparing', 'published', 'known', 'problem'] as const;
export type Category = (typeof CATEGORIES)[number];
export type Filter = Category | 'all';

/** One file of the upload. */
export interface Item {
  /** Its name in the set. */
  name: string;
  /** What the reader knows it by. */
  readonly label: string;
  /** Bytes. */
  readonly size: number;
  /** None if the server has it and it was not chosen again. */
  readonly file: File | null;
  /** The id of its picture, chosen or told. */
  picture: string | null;
  state: ItemState;
  /** When it came into this state, milliseconds since 1970; null before anything happened. */
  at: number | null;
}

function categoryOfTold({ state, rejected }: UploadedFile): Category {
  if (state === 'published' || state === 'hidden') return 'published';
  if (state === 'duplicate' || rejected?.reason === 'file_duplicate' || rejected?.reason === 'capture_duplicate') return 'known';
  if (state === 'refused' || state === 'broken' || state === 'deleted') return 'problem';
  return 'preparing';
}

export function categoryOf(state: ItemState): Category {
  switch (state.kind) {
    case 'chosen':
    case 'waiting':
    case 'sending':
    case 'retrying':
      return 'toSend';
    case 'accepted':
      return 'preparing';
    case 'duplicate':
      return 'known';
    case 'refused':
    case 'failed':
      return 'problem';
    case 'told':
      return categoryOfTold(state.record);
  }
}

/** The share of the file that the server has, 0 to 1. */
function shareOf(state: ItemState, before: number): number {
  if (state.kind === 'sending') return state.share;
  // What came before a break is kept there.
  if (state.kind === 'waiting' || state.kind === 'retrying') return before;
  return state.kind === 'chosen' || state.kind === 'failed' ? 0 : 1;
}

/** All files of an upload, with running totals: a list of thirty thousand is not counted at each change. */
export class Ledger {
  readonly items: Item[] = [];
  private readonly shares = new Map<Item, number>();
  private readonly numbers = new Map<Category, number>();
  private size = 0;
  private sent = 0;

  constructor(private readonly onChange: (item: Item, moved: boolean) => void) {}

  add(item: Item): void {
    this.items.push(item);
    this.size += item.size;
    this.note(item, 1);
    this.onChange(item, true);
  }

  remove(item: Item): void {
    const index = this.items.indexOf(item);
    if (index < 0) return;
    this.items.splice(index, 1);
    this.size -= item.size;
    this.note(item, -1);
    this.shares.delete(item);
    this.onChange(item, true);
  }

  /** Puts an item into another state at `at` (milliseconds since 1970). */
  set(item: Item, state: ItemState, at: number | null): void {
    const before = categoryOf(item.state);
    this.note(item, -1);
    if (item.state.kind !== state.kind || state.kind === 'told') item.at = at;
    item.state = state;
    this.note(item, 1);
    this.onChange(item, before !== categoryOf(state));
  }

  count(filter: Filter): number {
    return filter === 'all' ? this.items.length : (this.numbers.get(filter) ?? 0);
  }

  /** Bytes in all. */
  get bytes(): number {
    return this.size;
  }

  /** Bytes that the server has. */
  get bytesSent(): number {
    return this.sent;
  }

  filtered(filter: Filter): readonly Item[] {
    return filter === 'all' ? this.items : this.items.filter((item) => categoryOf(item.state) === filter);
  }

  private note(item: Item, sign: 1 | -1): void {
    const category = categoryOf(item.state);
    this.numbers.set(category, this.count(category) + sign);
    const share = sign === 1 ? shareOf(item.state, this.shares.get(item) ?? 0) : (this.shares.get(item) ?? 0);
    this.shares.set(item, share);
    this.sent += sign * share * item.size;
  }
}
