import { ACCOUNT } from './account';
import { request } from './client';
import { object, text } from './json';
import { requestKept } from './kept';

export const VISIBILITIES = ['anyone', 'logged-only', 'owner-only'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** What an account chose for its pictures. */
export interface Choices {
  /** Who sees pictures if nothing is said when they are sent. */
  readonly visibility: Visibility;
  /** Whether others may correct place, time and direction; null: as the instance has it. */
  readonly collaborative: boolean | null;
  /** SPDX id of what pictures are published under if nothing is said when they are sent; null: as the instance has it. */
  readonly licence: string | null;
  /** Whom others are to name; null: the account, by its name. */
  readonly attribution: string | null;
}

/** What an account has chosen that never chose. */
export const USUAL_CHOICES: Choices = { visibility: 'anyone', collaborative: null, licence: null, attribution: null };

/** The choices out of the API's answer. */
export function parseChoices(raw: unknown): Choices {
  const { default_visibility: visibility, collaborative_metadata: collaborative, license, attribution } = object(raw);
  return {
    visibility: VISIBILITIES.find((each) => each === visibility) ?? USUAL_CHOICES.visibility,
    collaborative: typeof collaborative === 'boolean' ? collaborative : null,
    licence: text(license),
    attribution: text(attribution),
  };
}

/** What to send to change some choices into others: only what differs, for the rest goes on following the instance. */
export function changesOf(from: Choices, to: Choices): Record<string, unknown> {
  return {
    ...(from.visibility === to.visibility ? {} : { default_visibility: to.visibility }),
    ...(from.collaborative === to.collaborative ? {} : { collaborative_metadata: to.collaborative }),
    ...(from.licence === to.licence ? {} : { license: to.licence }),
    ...(from.attribution === to.attribution ? {} : { attribution: to.attribution }),
  };
}

export async function getChoices(signal?: AbortSignal): Promise<Choices> {
  return parseChoices(await requestKept(ACCOUNT, { signal }));
}

/** Chooses. Answers what holds then. */
export async function choose(from: Choices, to: Choices): Promise<Choices> {
  return parseChoices(await request(ACCOUNT, { method: 'PATCH', body: changesOf(from, to) }));
}
