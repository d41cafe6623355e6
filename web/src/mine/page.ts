import '../styles/forms.css';
import '../styles/account.css';
import '../styles/edit.css';
import '../styles/split.css';
import '../styles/mine.css';

import type { Page } from '../app/page';
import { session } from '../app/session';
import { signInLink } from '../app/signInLink';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { SequenceList } from './list';
import { Workbench } from './workbench';

interface View {
  readonly element: HTMLElement;
  destroy(): void;
}

const ID = /^[A-Za-z0-9-]{1,64}$/;

function stranger(title: string): HTMLElement {
  return h(
    'section',
    { class: 'sheet' },
    h('h1', {}, title),
    h('p', { 'data-testid': 'mine-sign-in' }, t('mine.signIn')),
    h('p', {}, signInLink(location.pathname + location.search)),
  );
}

/** What only somebody who is signed in has; drawn anew for another account. */
async function ofAccount(title: string, build: () => View): Promise<Page> {
  const place = h('div', { class: 'split-page' });
  let view: View | null = null;
  const show = (isSignedIn: boolean): void => {
    view?.destroy();
    view = isSignedIn ? build() : null;
    fill(place, view?.element ?? stranger(title));
  };
  show((await session.account()) !== null);
  const stop = session.onChange((account) => { show(account !== null); });
  return {
    title,
    element: place,
    destroy: () => {
      stop();
      view?.destroy();
    },
  };
}

/** `/pictures`: one's own sequences. */
export function openMine(): Promise<Page> {
  return ofAccount(t('mine.pictures'), () => new SequenceList());
}

/** `/pictures/correct?sequences=ID,ID`: corrects the pictures of these sequences. */
export function openCorrect(url: URL): Promise<Page> {
  const sequences = (url.searchParams.get('sequences') ?? '').split(',').filter((each) => ID.test(each));
  return ofAccount(t('mine.correct'), () => new Workbench([...new Set(sequences)]));
}
