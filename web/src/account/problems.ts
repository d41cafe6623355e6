import { t } from '../locales';

const PROBLEMS = ['expired', 'denied', 'away', 'refused', 'unknown', 'taken'] as const;

/** Why somebody who came back from elsewhere is not signed in, in words; null where nothing went wrong. */
export function signInProblem(name: string | null): string | null {
  if (name === null) return null;
  const known = PROBLEMS.find((each) => each === name);
  return t(known === undefined ? 'signIn.problem.other' : `signIn.problem.${known}`);
}
