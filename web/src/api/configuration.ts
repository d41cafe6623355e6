import { httpUrl } from '../lib/urls';
import { list, number, object, text } from './json';
import { requestKept } from './kept';
import { PAGE_NAMES, type PageName } from './pageNames';

/** A place elsewhere with whose accounts people sign in here. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  /** Where a browser begins to sign in there. */
  readonly href: string;
}

/** What may be done with pictures. */
export interface Licence {
  /** SPDX id. */
  readonly id: string;
  /** Where its text is. */
  readonly url: string | null;
}

/** How uploads are made into sequences, where nothing else is said. */
export interface DispatchRules {
  /** Metres between neighbours from which on a new sequence begins. */
  readonly splitDistance: number;
  /** Seconds. */
  readonly splitTime: number;
  /** Metres within which two pictures may be the same. */
  readonly duplicateDistance: number;
  /** Degrees between their headings within which they are. */
  readonly duplicateRotation: number;
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
  /** Address of a service that finds places by name, if there is one. */
  readonly geocoder: string | null;
  /** Those that uploads may be published under; the first one holds where nothing else is chosen. */
  readonly licences: readonly Licence[];
  readonly dispatch: DispatchRules;
  /** The texts that there are. */
  readonly pages: readonly PageName[];
  /** Whether only who agreed to the terms of service may upload. */
  readonly termsEnforced: boolean;
}

let known: Promise<Configuration> | null = null;

function parseProvider(raw: unknown): Provider[] {
  const provider = object(raw);
  const [id, href] = [text(provider.id), httpUrl(provider.href)];
  return id === null || href === null ? [] : [{ id, name: text(provider.name) ?? id, href }];
}

function parseLicence(raw: unknown): Licence[] {
  const { id: name, url } = object(raw);
  const id = text(name);
  return id === null ? [] : [{ id, url: httpUrl(url) }];
}

/** The settings out of the API's answer. */
export function parseConfiguration(raw: unknown): Configuration {
  const answer = object(raw);
  const auth = object(answer.auth);
  const defaults = object(answer.defaults);
  const licences = list(answer.licenses).flatMap(parseLicence);
  return {
    name: text(object(answer.name).label),
    authEnabled: auth.enabled !== false,
    providers: list(auth['flaneur:providers']).flatMap(parseProvider),
    registrationIsOpen: auth.registration_is_open === true,
    backgroundStyle: text(answer['flaneur:background_style']),
    geocoder: httpUrl(answer['flaneur:geocoder']),
    licences: licences.length > 0 ? licences : parseLicence(answer.license),
    // An older server names none: so the reference server has them.
    dispatch: {
      splitDistance: number(defaults.split_distance) ?? 100,
      splitTime: number(defaults.split_time) ?? 300,
      duplicateDistance: number(defaults.duplicate_distance) ?? 1,
      duplicateRotation: number(defaults.duplicate_rotation) ?? 60,
    },
    pages: PAGE_NAMES.filter((name) => list(answer.pages).includes(name)),
    termsEnforced: auth.enforce_tos_acceptance === true,
  };
}

/** Where a browser begins to sign in, and then comes back to a page of this site. */
export function signInAddress({ href }: Provider, next: string): string {
  const address = new URL(href);
  address.searchParams.set('next_url', next);
  return address.href;
}

/** The instance's settings; asked for once, and again after a failure. Without a network, as they were. */
export function configuration(): Promise<Configuration> {
  known ??= requestKept('/configuration')
    .then(parseConfiguration)
    .catch((error: unknown) => {
      known = null;
      throw error;
    });
  return known;
}

/** Address of the MapLibre style to draw the map on; null for the built-in background, and where the settings can't be had. */
export async function backgroundStyleAddress(): Promise<string | null> {
  return configuration().then(
    (known) => known.backgroundStyle,
    () => null,
  );
}

const listeners = new Set<() => void>();

/** Calls back when the settings changed from here. */
export function onConfigurationChange(listener: () => void): void {
  listeners.add(listener);
}

/** Forgets the settings, for they were changed from here. */
export function configurationChanged(): void {
  known = null;
  for (const listener of listeners) listener();
}
