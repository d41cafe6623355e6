import { linkTo, type Picture, type PictureLink } from '../api/picture';
import { getPicture } from '../api/pictures';

/** So many images are held, so that the browser keeps them. */
const HELD = 16;

/** Whether the reader asked their browser to fetch little. */
function savesData(): boolean {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}

/** Fetches what the next steps will want, so that a walk does not wait. */
export class Ahead {
  private readonly held: HTMLImageElement[] = [];
  private latest: AbortController | null = null;

  /**
   * Fetches the first pixels of the next pictures along a sequence, `steps` of them, and of those that `others` lead to; of the very
   * next picture the sharper ones, too.
   */
  look(picture: Picture, steps: number, others: readonly (PictureLink | null)[]): void {
    this.stop();
    const latest = new AbortController();
    this.latest = latest;
    const saving = savesData();
    void this.along(picture, saving ? 1 : steps, saving, latest.signal);
    if (saving) return;
    const next = linkTo(picture, 'next');
    for (const link of others) {
      if (link !== null && link.id !== next?.id) void this.fetch(link, latest.signal).catch(() => undefined);
    }
  }

  stop(): void {
    this.latest?.abort();
    this.latest = null;
  }

  private async along(from: Picture, steps: number, saving: boolean, signal: AbortSignal): Promise<void> {
    let at = from;
    try {
      for (let step = 0; step < steps; step += 1) {
        const link = linkTo(at, 'next');
        if (link === null) return;
        at = await this.fetch(link, signal);
        if (step === 0 && !saving) this.hold(at.sd);
      }
    } catch {
      // Whoever goes there is told what is wrong.
    }
  }

  private async fetch(link: PictureLink, signal: AbortSignal): Promise<Picture> {
    const picture = await getPicture(link.id, link.sequence, signal);
    signal.throwIfAborted();
    this.hold(picture.thumb);
    return picture;
  }

  private hold(src: string): void {
    const image = new Image();
    image.src = src;
    this.held.push(image);
    if (this.held.length > HELD) this.held.shift();
  }
}
