import { type Correction, overridesOf } from './correction';

/** A file on its way to a set. */
export interface Parcel {
  readonly set: string;
  readonly file: File;
  /** Its name in the set. */
  readonly name: string;
  /** The id that its picture is to have. */
  readonly picture: string;
  /** What is to be taken in place of what the file says; null: all is as it says. */
  readonly correction: Correction | null;
}

/** What the server is told of a file beside its content, under the names that forms and tus have for it. */
export function toldOf({ picture, correction }: Parcel): Readonly<Record<string, string>> {
  return { isBlurred: 'false', picture_id: picture, ...(correction === null ? {} : overridesOf(correction)) };
}
