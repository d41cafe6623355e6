import '../styles/forms.css';
import '../styles/upload.css';

import { configuration, type Licence } from '../api/configuration';
import { getTerms, type Terms } from '../api/terms';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { type Child, fill, h } from '../lib/dom';
import { around, t } from '../locales';
import { askForTerms, changedNotice } from '../pages/terms';
import { roomNotice } from '../account/usage';
import { creditDefaults } from './credit';
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

/** What whoever uploads said of the terms of service; null where there are none, or that is not known. */
async function termsHere(): Promise<Terms | null> {
  const known = await configuration().catch(() => null);
  if (known?.pages.includes('terms-of-service') !== true || (await session.account()) === null) return null;
  // Where it is not known, the server says so when the upload begins.
  return getTerms().catch(() => null);
}

async function termsNeeded(terms: Terms | null): Promise<boolean> {
  return terms?.accepted === false && (await configuration()).termsEnforced;
}

/** Names the licence where there is nothing to choose; else that is chosen beside the name of the upload. */
function licenceSentence([licence, ...others]: readonly Licence[]): Child[] {
  if (licence === undefined || others.length > 0) return [];
  const { id, url } = licence;
  const [before, after] = around('upload.licence', 'licence');
  const name = url === null ? id : h('a', { href: url, target: '_blank', rel: 'license noopener', 'data-testid': 'upload-licence' }, id);
  return [` ${before}`, name, after];
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
    const terms = await termsHere();
    if (await termsNeeded(terms)) {
      const goOn = async (): Promise<void> => {
        await show();
        // The button that was pressed is gone.
        content.querySelector('input')?.focus();
      };
      fill(content, askForTerms(t('terms.ask'), () => void goOn()));
      return;
    }
    const [credit, room] = await Promise.all([creditDefaults(), roomNotice()]);
    form = new UploadForm(credit, () => {
      form?.destroy();
      // It takes no more files while the next one is made.
      fill(content);
      void show();
    });
    fill(content, terms?.accepted === true && !terms.changeRead ? changedNotice() : null, room, form.element);
  };
  await show();
  const licences = await configuration().then(
    (known) => known.licences,
    () => [],
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
        ...licenceSentence(licences),
      ),
      h(
        'p',
        { class: 'lead' },
        `${t('upload.elsewhere')} `,
        h('a', { href: '/account#account-transfers', 'data-testid': 'upload-elsewhere' }, t('upload.elsewhereLink')),
      ),
      content,
    ),
    mayLeave: () => form?.isBusy !== true,
    destroy: () => form?.destroy(),
  };
}
