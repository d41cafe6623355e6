import type { Place } from '../lib/geometry';

/** A file on its way to a set. */
export interface Parcel {
  readonly set: string;
  readonly file: File;
  /** Its name in the set. */
  readonly name: string;
  /** The id that its picture is to have. */
  readonly picture: string;
  /** Where it was taken, whatever the file says; null: as it says. */
  readonly place: Place | null;
}

/** What the server is told of a file beside its content, under the names that forms and tus have for it. */
export function toldOf({ picture, place }: Parcel): Readonly<Record<string, string>> {
  const where = place === null ? {} : { override_latitude: place.lat.toFixed(8), override_longitude: place.lon.toFixed(8) };
  return { isBlurred: 'false', picture_id: picture, ...where };
}
