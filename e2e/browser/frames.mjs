// What a page looks like from frame to frame.

/** The dark behind pictures, which is seen where none is. */
const BEHIND = [16, 18, 20];

/** Everything that a page shows while `act` runs, as PNG in base64, from frame to frame. */
export async function framesOf(page, act) {
  const session = await page.context().newCDPSession(page);
  const frames = [];
  session.on('Page.screencastFrame', ({ data, sessionId }) => {
    frames.push(data);
    // Whoever ends meanwhile needs no more.
    session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
  });
  await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
  try {
    await act();
  } finally {
    await session.send('Page.stopScreencast');
    await session.detach();
  }
  return frames;
}

/** Of each frame, which part of `box` (CSS pixels) shows nothing but what is behind pictures: 0 to 1. */
export async function blankParts(page, frames, box) {
  const { width } = page.viewportSize();
  const scratch = await page.context().newPage();
  try {
    const parts = [];
    for (const frame of frames) {
      parts.push(await scratch.evaluate(measure, { frame, width, box, behind: BEHIND }));
    }
    return parts;
  } finally {
    await scratch.close();
  }
}

/** Runs in the browser. */
async function measure({ frame, width, box, behind }) {
  const bytes = Uint8Array.from(atob(frame), (char) => char.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const scale = image.width / width;
  const [x, y, across, down] = [box.x, box.y, box.width, box.height].map((side) => Math.floor(side * scale));
  const drawn = new OffscreenCanvas(image.width, image.height).getContext('2d');
  drawn.drawImage(image, 0, 0);
  const { data } = drawn.getImageData(x, y, across, down);
  let blank = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (behind.every((value, channel) => Math.abs(data[at + channel] - value) < 8)) blank += 1;
  }
  return blank / (data.length / 4);
}
