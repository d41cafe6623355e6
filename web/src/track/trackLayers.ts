import type { ExpressionSpecification, FilterSpecification, LayerSpecification, Map } from 'maplibre-gl';

import { palette } from '../walk/palette';

/** Sources, and the layers that are hit or looked for. */
export const PICTURES = 'own_pictures';
export const AFTER = 'own_pictures_after';
export const TRACK = 'recorded_track';
export const PICKED = 'own_picture_picked';

/** Half of the width and height of an arrow's image, in pixels of which two make one of the map. */
const ARROW = 40;
/** Of what an arrow is the direction, and its name. */
const ARROWS = ['arrow_other', 'arrow_chosen', 'arrow_after'] as const;

const POINT: FilterSpecification = ['==', ['geometry-type'], 'Point'];
const LINE: FilterSpecification = ['==', ['geometry-type'], 'LineString'];
const RADIUS: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 10, 2, 15, 4, 18, 7];

/** A point upwards, on the edge of the dot of a picture. */
function arrow(colour: string): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = 2 * ARROW;
  canvas.height = 2 * ARROW;
  const pen = canvas.getContext('2d');
  if (pen === null) return new ImageData(2 * ARROW, 2 * ARROW);
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(ARROW, 2);
  pen.lineTo(ARROW + 12, 26);
  pen.lineTo(ARROW - 12, 26);
  pen.fill();
  return pen.getImageData(0, 0, 2 * ARROW, 2 * ARROW);
}

function arrowColours(): Readonly<Record<(typeof ARROWS)[number], string>> {
  const { border, coverage, selected } = palette();
  return { arrow_other: border, arrow_chosen: coverage, arrow_after: selected };
}

/** Gives the map the images of arrows. */
export function addArrows(map: Map): void {
  const colours = arrowColours();
  for (const name of ARROWS) map.addImage(name, arrow(colours[name]), { pixelRatio: 2 });
}

/** Draws them in the colours of now. */
export function recolourArrows(map: Map): void {
  const colours = arrowColours();
  for (const name of ARROWS) if (map.hasImage(name)) map.updateImage(name, arrow(colours[name]));
}

function headings(id: string, source: string, image: ExpressionSpecification | string): LayerSpecification {
  return {
    id,
    source,
    type: 'symbol',
    minzoom: 15,
    filter: ['all', POINT, ['has', 'heading']] as FilterSpecification,
    layout: {
      'icon-image': image,
      'icon-rotate': ['get', 'heading'],
      'icon-rotation-alignment': 'map',
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
    },
  };
}

/** What is recorded below what is there, below what would be. */
export function trackLayers(): LayerSpecification[] {
  const { border, coverage, selected, halo, allowed } = palette();
  const chosen: ExpressionSpecification = ['case', ['get', 'chosen'], coverage, border];
  const stroke = { 'circle-stroke-color': halo, 'circle-stroke-width': 1.5 };
  return [
    { id: TRACK, source: TRACK, type: 'line', paint: { 'line-color': allowed, 'line-width': 3, 'line-dasharray': [2, 1.5] } },
    { id: 'own_lines', source: PICTURES, type: 'line', filter: LINE, paint: { 'line-color': border, 'line-width': 2 } },
    headings('own_headings', PICTURES, ['case', ['get', 'chosen'], 'arrow_chosen', 'arrow_other']),
    { id: PICTURES, source: PICTURES, type: 'circle', filter: POINT, paint: { 'circle-color': chosen, 'circle-radius': RADIUS, ...stroke } },
    { id: 'after_lines', source: AFTER, type: 'line', filter: LINE, paint: { 'line-color': selected, 'line-width': 2.5 } },
    headings('after_headings', AFTER, 'arrow_after'),
    { id: AFTER, source: AFTER, type: 'circle', filter: POINT, paint: { 'circle-color': selected, 'circle-radius': RADIUS, ...stroke } },
    { id: PICKED, source: PICKED, type: 'circle', paint: { 'circle-opacity': 0, 'circle-radius': 12, 'circle-stroke-color': selected, 'circle-stroke-width': 3 } },
  ];
}
