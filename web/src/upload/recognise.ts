import type { UploadedFile } from '../api/uploadSets';
import { pictureIdOf } from './identity';

type Known = Pick<File, 'name' | 'size' | 'lastModified'>;

/** Finds chosen files on a set's list of files. */
export class Recogniser {
  private readonly byPicture = new Map<string, UploadedFile>();
  private readonly byName = new Map<string, UploadedFile>();

  constructor(
    records: readonly UploadedFile[],
    private readonly seed: string,
  ) {
    for (const record of records) {
      if (record.pictureId !== null) this.byPicture.set(record.pictureId, record);
      this.byName.set(`${record.name}\n${record.size ?? ''}`, record);
    }
  }

  /**
   * What the server has of a file: by the picture's id, which tells for sure; or else by name and size, as with another
   * browser's upload or after a copy that changed the file's time. What was refused counts too: the same bytes would be again.
   */
  find(file: Known, nameInSet: string): UploadedFile | null {
    const certain = this.byPicture.get(pictureIdOf(this.seed, file));
    if (certain !== undefined) return certain;
    const alike = [file.name, nameInSet].map((name) => this.byName.get(`${name}\n${file.size}`));
    return alike.find((record) => record !== undefined) ?? null;
  }
}
