import '../styles/forms.css';
import '../styles/upload.css';

import { configuration } from '../api/configuration';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { UploadForm } from './form';

async function signInNeeded(): Promise<boolean> {
  const known = await configuration().catch(() => null);
  return known?.authEnabled !== false && (await session.account()) === null;
}

function invitation(): HTMLElement {
  return h(
    'div',
    { class: 'card' },
    h('h2', {}, t('upload.signInNeeded.title')),
    h('p', {}, t('upload.signInNeeded.text')),
    h('p', {}, h('a', { href: '/sign-in?next=/upload', class: 'button primary' }, t('app.signIn'))),
  );
}

/** `/upload`. */
export async function openUpload(): Promise<Page> {
  const content = h('div');
  let form: UploadForm | null = null;
  const show = async (): Promise<void> => {
    if (await signInNeeded()) {
      fill(content, invitation());
      return;
    }
    form = new UploadForm(() => {
      form?.destroy();
      void show();
    });
    fill(content, form.element);
  };
  await show();
  const licence = await configuration().then(
    (known) => known.licence,
    () => null,
  );
  return {
    title: t('title.upload'),
    element: h(
      'section',
      { class: 'sheet wide' },
      h('h1', {}, t('upload.title')),
      h(
        'p',
        { class: 'lead' },
        t('upload.intro'),
        licence === null ? null : ` ${t('upload.licence', { licence })}`,
      ),
      content,
    ),
    mayLeave: () => form?.isBusy !== true,
    destroy: () => form?.destroy(),
  };
}
