import { httpUrl } from '../lib/urls';
import { request } from './client';
import { list, object, text } from './json';

/** A place elsewhere with whose accounts people sign in here. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  /** Where a browser begins to sign in there. */
  readonly href: string;
}

export interface Configuration {
  /** What the operator calls this instance. */
  readonly name: string | null;
  /** Whether uploads need a session. */
  readonly authEnabled: boolean;
  /** Where people sign in with an account elsewhere. */
  readonly providers: readonly Provider[];
  /** Whether who was never here gets an account by signing in there. */
  readonly registrationIsOpen: boolean;
  /** Address of the MapLibre style to draw the map on, or null for the built-in background. */
  readonly backgroundStyle: string | null;
  /** SPDX id of the licence that uploads are published under. */
  readonly licence: string | null;
}

let known: Promise<Configuration> | null = null;

function parseProvider(raw: unknown): Provider[] {
  const provider = object(raw);
  const [id, href] = [text(provider.id), httpUrl(provider.href)];
  return id === null || href === null ? [] : [{ id, name: text(provider.name) ?? id, href }];
}

/** The settings out of the API's answer. */
export function parseConfiguration(raw: unknown): Configuration {
  const answer = object(raw);
  const auth = object(answer.auth);
  return {
    name: text(object(answer.name).label),
    authEnabled: auth.enabled !== false,
    providers: list(auth['flaneur:providers']).flatMap(parseProvider),
    registrationIsOpen: auth.registration_is_open === true,
    backgroundStyle: text(answer['flaneur:background_style']),
    licence: text(object(answer.license).id),
  };
}

/** Where a browser begins to sign in, and then comes back to a page of this site. */
export function signInAddress({ href }: Provider, next: string): string {
  const address = new URL(href);
  address.searchParams.set('next_url', next);
  return address.href;
}

/** The instance's settings; asked for once, and again after a failure. */
export function configuration(): Promise<Configuration> {
  known ??= request('/configuration')
    .then(parseConfiguration)
    .catch((error: unknown) => {
      known = null;
      throw error;
    });
  return known;
}
