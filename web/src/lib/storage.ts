/** What is kept until the page is left, read and written as browsers' own storage is. */
class Memory {
  [key: string]: unknown;

  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? String(this[key]) : null;
  }

  setItem(key: string, value: string): void {
    this[key] = value;
  }

  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }

  key(index: number): string | null {
    return Object.keys(this)[index] ?? null;
  }

  get length(): number {
    return Object.keys(this).length;
  }
}

/**
 * Browsers may refuse a page its storage: within pages of other sites, or because the reader wants nothing kept. What reads and
 * writes it without caution then finds this in its place.
 */
export function standInForStorage(page: object): void {
  try {
    // To look at it is refused already.
    Reflect.get(page, 'localStorage');
  } catch {
    Object.defineProperty(page, 'localStorage', { configurable: true, value: new Memory() });
  }
}
