import { request } from './client';
import { object, text } from './json';

export interface Configuration {
  /** What the operator calls this instance. */
  readonly name: string | null;
  /** Whether uploads need a session. */
  readonly authEnabled: boolean;
  /** Address of the MapLibre style to draw the map on, or null for the built-in background. */
  readonly backgroundStyle: string | null;
  /** SPDX id of the licence that uploads are published under. */
  readonly licence: string | null;
}

let known: Promise<Configuration> | null = null;

function parse(raw: unknown): Configuration {
  const answer = object(raw);
  return {
    name: text(object(answer.name).label),
    authEnabled: object(answer.auth).enabled !== false,
    backgroundStyle: text(answer['flaneur:background_style']),
    licence: text(object(answer.license).id),
  };
}

/** The instance's settings; asked for once, and again after a failure. */
export function configuration(): Promise<Configuration> {
  known ??= request('/configuration')
    .then(parse)
    .catch((error: unknown) => {
      known = null;
      throw error;
    });
  return known;
}
