/** A name as it is read: what looks alike on the page is the same, however it was typed or put together. */
function asRead(name: string): string {
  return name.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** Whether a name was typed as the page shows it, capitals and accents too. */
export function namesTheSame(typed: string, name: string): boolean {
  return asRead(typed) === asRead(name);
}
