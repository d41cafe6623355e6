/** JOSM may ask its user first, who has this long to answer. */
const PATIENCE_MS = 60_000;

export type JosmAnswer = 'shown' | 'refused' | 'silent';

/** Gives JOSM a command; it listens on the reader's own computer if they switched that on. */
export async function askJosm(address: string, ask: typeof fetch = fetch): Promise<JosmAnswer> {
  try {
    const answer = await ask(address, { credentials: 'omit', signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? 'shown' : 'refused';
  } catch {
    return 'silent';
  }
}
