import { sendInOne } from './inOne';
import { sendInPieces } from './inPieces';
import type { Parcel } from './parcel';
import { type SendResult, Unreadable } from './queue';
import type { Records } from './record';

/**
 * Up to so many bytes a file goes in one request. Over tus it takes two, and the server writes each byte twice (ADR 9);
 * what a break costs here, half of it on average, is sent again in less time than another request takes on a bad line.
 */
export const IN_ONE_BYTES = 1 << 20;

/** Whether the file is still what was chosen: to the browser a file that was moved looks like a lost connection. */
async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/**
 * Adds a file to an upload set; `onProgress` takes the share sent, 0 to 1. Rejects when no answer came.
 *
 * @throws {Unreadable} if the file was moved or changed since it was chosen.
 */
export async function sendFile(
  parcel: Parcel,
  records: Records,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<SendResult> {
  try {
    if (parcel.file.size <= IN_ONE_BYTES) return await sendInOne(parcel, onProgress, signal);
    return await sendInPieces(parcel, records, onProgress, signal);
  } catch (error) {
    if (!signal.aborted && !(await isReadable(parcel.file))) throw new Unreadable();
    throw error;
  }
}
