import type { Polygon, Position, Ring } from '../lib/geometry';
import { crossing, cutAtAntimeridian, type Objection, objectionTo } from './outline';

/** Decimals of a degree that a corner keeps: the seventh is a centimetre. */
const DIGITS = 7;

function rounded([lon, lat]: Position): Position {
  return [Number(lon.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];
}

/** The same place, by the longitude that is nearest to another corner; without one, in the one world. */
function near([lon, lat]: Position, other: Position | undefined): Position {
  const whole = other === undefined ? Math.round(lon / 360) : -Math.round((other[0] - lon) / 360);
  return [lon - 360 * whole, lat];
}

/** A polygon that is drawn corner by corner. Edges take the short way around the world. */
export class Drawing {
  private placed: Position[];

  /** `corners`: where it goes on with these. */
  constructor(corners: readonly Position[] = []) {
    this.placed = [...corners];
  }

  get corners(): readonly Position[] {
    return this.placed;
  }

  /** Adds a corner; or answers why it can't be there, with nothing changed. One that repeats the last is not added. */
  add(position: Position): Objection | null {
    const corner = near(rounded(position), this.placed.at(-1));
    const last = this.placed.at(-1);
    if (last?.[0] === corner[0] && last[1] === corner[1]) return null;
    const at = crossing([...this.placed, corner]);
    if (at !== null) return { problem: 'crossing', at };
    this.placed.push(corner);
    return null;
  }

  /** Puts a corner elsewhere; or answers why it can't be there, with nothing changed. */
  move(index: number, position: Position): Objection | null {
    const corner = near(rounded(position), this.placed[index - 1] ?? this.placed[index + 1]);
    const corners = this.placed.with(index, corner);
    const at = crossing(corners);
    if (at !== null) return { problem: 'crossing', at };
    this.placed = corners;
    return null;
  }

  /** Takes the last corner back. Answers whether there was one. */
  back(): boolean {
    return this.placed.pop() !== undefined;
  }

  /** The polygons that it encloses; or why it encloses none that can be sent. */
  close(): readonly Polygon[] | Objection {
    const [first] = this.placed;
    if (first === undefined) return { problem: 'few', at: null };
    const ring: Ring = [...this.placed, first];
    return objectionTo([[ring]]) ?? cutAtAntimeridian(ring).map((part) => [part]);
  }
}

export interface SessionEvents {
  /** Corners came, went or moved; `at`: the one that is to be seen. */
  readonly onChange: (at: Position | null) => void;
  /** A corner, or the whole, is not possible. */
  readonly onRefused: (objection: Objection) => void;
  readonly onClosed: (polygons: readonly Polygon[]) => void;
  readonly onGivenUp: () => void;
}

/** A polygon that is being drawn, by whatever means: mouse, finger, keys, or coordinates that are typed. */
export class DrawSession {
  constructor(
    private readonly drawing: Drawing,
    private readonly events: SessionEvents,
  ) {}

  get corners(): readonly Position[] {
    return this.drawing.corners;
  }

  /** Answers whether the corner could be placed. */
  place(position: Position): boolean {
    const objection = this.drawing.add(position);
    return this.tell(objection, this.corners.length - 1);
  }

  /** Answers whether the corner could be put there. */
  move(index: number, position: Position): boolean {
    return this.tell(this.drawing.move(index, position), index);
  }

  back(): void {
    if (this.drawing.back()) this.events.onChange(this.corners.at(-1) ?? null);
  }

  close(): void {
    const closed = this.drawing.close();
    if ('problem' in closed) this.events.onRefused(closed);
    else this.events.onClosed(closed);
  }

  giveUp(): void {
    this.events.onGivenUp();
  }

  private tell(objection: Objection | null, index: number): boolean {
    if (objection === null) this.events.onChange(this.corners[index] ?? null);
    else this.events.onRefused(objection);
    return objection === null;
  }
}
