/** A point in pixels: of the screen from a stage's top left corner, or of a picture at full resolution. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle on the screen, in pixels from a stage's top left corner. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How places on the screen and in a picture belong together, as the picture is seen now. */
export interface Lens {
  /** Of a panorama, the pixels once around the reader; null for a flat picture. */
  readonly around: number | null;
  /** Where in the picture lies what is seen there; it may lie outside of the picture. */
  toPicture(at: Point): Point;
  /** Where that place of the picture is seen, on the stage or beside it; null if it lies behind the reader. */
  toScreen(at: Point): Point | null;
}

export function rectOf(one: Point, other: Point): Rect {
  return {
    left: Math.min(one.x, other.x),
    top: Math.min(one.y, other.y),
    right: Math.max(one.x, other.x),
    bottom: Math.max(one.y, other.y),
  };
}

/** The corners, clockwise from the top left. */
export function cornersOf(rect: Rect): [Point, Point, Point, Point] {
  const { left, top, right, bottom } = rect;
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}

export function boundsOf(points: readonly Point[]): Rect {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

export function moved(rect: Rect, dx: number, dy: number): Rect {
  return { left: rect.left + dx, top: rect.top + dy, right: rect.right + dx, bottom: rect.bottom + dy };
}

/** The rectangle shifted, and where it must be made smaller, so that it lies within a stage. */
export function within(rect: Rect, stage: { width: number; height: number }): Rect {
  const width = Math.min(rect.right - rect.left, stage.width);
  const height = Math.min(rect.bottom - rect.top, stage.height);
  const left = Math.min(Math.max(rect.left, 0), stage.width - width);
  const top = Math.min(Math.max(rect.top, 0), stage.height - height);
  return { left, top, right: left + width, bottom: top + height };
}

/** Points along a closed line, `steps` for each side, the corners among them. */
export function along(corners: readonly Point[], steps: number): Point[] {
  return corners.flatMap((from, index) => {
    const to = corners[(index + 1) % corners.length] ?? from;
    return Array.from({ length: steps }, (_, step) => ({
      x: from.x + ((to.x - from.x) * step) / steps,
      y: from.y + ((to.y - from.y) * step) / steps,
    }));
  });
}
