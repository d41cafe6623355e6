/** What all files are, as far as something is said of many at once. */
export const ALL = 'all';

/** A number for each file, said of many of them at once by a name of what they have in common. What was said last counts. */
export class Amounts {
  private readonly said = new Map<string, number>();

  set(scope: string, amount: number): void {
    if (scope === ALL) this.said.clear();
    this.said.delete(scope);
    this.said.set(scope, amount);
  }

  /** The number for a file of these scopes; 0 if nothing was said. */
  of(scopes: readonly string[]): number {
    return [...this.said].findLast(([scope]) => scopes.includes(scope))?.[1] ?? 0;
  }
}
