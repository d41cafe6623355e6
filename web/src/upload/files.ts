/** Larger than any picture a camera makes; the server has the last word. */
export const MAX_FILE_BYTES = 200_000_000;
/** A folder dropped by mistake must not freeze the page. */
const MAX_FILES = 100_000;

export interface Sorted {
  readonly pictures: readonly File[];
  /** Neither JPEG, HEIC, PNG nor WebP, by name or by type. */
  readonly otherType: readonly File[];
  /** Empty or too large. */
  readonly wrongSize: readonly File[];
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini';
}

function isPicture(file: Pick<File, 'name' | 'type'>): boolean {
  return (
    /^image\/(jpeg|hei[cf]|png|webp)$/.test(file.type) ||
    (file.type === '' && /\.(jpe?g|hei[cf]|png|webp)$/i.test(file.name))
  );
}

/** Parts what can be sent from what can't. Files that systems put in folders by themselves are passed over. */
export function sortFiles(files: readonly File[]): Sorted {
  const pictures: File[] = [];
  const otherType: File[] = [];
  const wrongSize: File[] = [];
  for (const file of files) {
    if (isHidden(file.name)) continue;
    if (!isPicture(file)) otherType.push(file);
    else if (file.size === 0 || file.size > MAX_FILE_BYTES) wrongSize.push(file);
    else pictures.push(file);
  }
  return { pictures, otherType, wrongSize };
}

/** Where dropped files lie: the browser tells it of chosen ones only. */
const paths = new WeakMap<File, string>();

/** A file's path from the folder that was chosen or dropped, with `/` between its parts; just its name without a folder. */
export function pathOf(file: File): string {
  return paths.get(file) ?? (file.webkitRelativePath || file.name);
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}

/** `readEntries` hands out a folder in pieces and says with an empty piece that it is done. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const piece = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (piece.length === 0 || children.length > MAX_FILES) return children;
    children.push(...piece);
  }
}

async function collect(entry: FileSystemEntry, into: File[]): Promise<void> {
  if (into.length >= MAX_FILES) return;
  if (entry.isFile) {
    const file = await fileOf(entry as FileSystemFileEntry);
    paths.set(file, entry.fullPath.replace(/^\//, ''));
    into.push(file);
  } else if (entry.isDirectory) {
    for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) await collect(child, into);
  }
}

/** Every file that was dropped, folders searched through. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Entries must be taken before the first await: the transfer is emptied when the event ends.
  const entries = [...transfer.items].map((item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null));
  const plain = [...transfer.files];
  if (entries.every((entry) => entry === null)) return plain;
  const files: File[] = [];
  for (const entry of entries) {
    if (entry !== null) await collect(entry, files);
  }
  return files;
}
