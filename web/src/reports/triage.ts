import { toast } from '../app/toast';
import { isTyping } from '../lib/dom';
import type { ReportEntry } from './entry';

/** The list that is gone through. */
export interface TriageHost {
  readonly entries: () => readonly ReportEntry[];
  /** Fetches what follows the last one, and takes the focus there, if there is more. */
  readonly more: () => void;
  /** Shows or hides which keys there are. */
  readonly help: () => void;
}

/** Keys by which whoever decides goes from report to report, and decides, without a mouse. */
export class Triage {
  /** Whether a key asked for what is being done. */
  private byKey = false;

  constructor(
    private readonly host: TriageHost,
    signal: AbortSignal,
  ) {
    document.addEventListener('keydown', (event) => { this.onKey(event); }, { signal });
    // Who goes on by mouse stays where they are.
    document.addEventListener('pointerdown', () => { this.byKey = false; }, { signal });
  }

  /** A report is decided. Answers whether the focus went on to the next one. */
  decided(entry: ReportEntry): boolean {
    if (!this.byKey) return false;
    this.byKey = false;
    toast(entry.statusText);
    const entries = this.host.entries();
    const next = entries[entries.indexOf(entry) + 1];
    next?.focus();
    return next !== undefined;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const entries = this.host.entries();
    const at = entries.findIndex(({ element }) => element.contains(document.activeElement));
    const entry = entries[at];
    if (isTyping(event.target)) {
      if (event.key === 'Escape') entry?.focus();
      return;
    }
    if (!this.obey(event.key.toLowerCase(), entry, entries, at)) return;
    event.preventDefault();
  }

  /** Answers whether the key means something here. */
  private obey(key: string, entry: ReportEntry | undefined, entries: readonly ReportEntry[], at: number): boolean {
    if (key === '?') {
      this.host.help();
    } else if (key === 'j') {
      const next = entries[at + 1];
      if (next === undefined) this.host.more();
      else next.focus();
    } else if (key === 'k') {
      entries[Math.max(0, at - 1)]?.focus();
    } else {
      if (entry?.press(key) !== true) return false;
      this.byKey = true;
    }
    return true;
  }
}
