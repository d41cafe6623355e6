import { choose, type Choices, getChoices, VISIBILITIES } from '../api/choices';
import { choice, choices } from '../app/choice';
import { type Child, h } from '../lib/dom';
import { t } from '../locales';
import { simpleForm } from './form';
import { Section } from './section';

const COLLABORATIVE = { usual: null, yes: true, no: false } as const;
const ANSWERS = ['usual', 'yes', 'no'] as const;

/** What holds for one's pictures where nothing else is said. */
export class PicturesSection extends Section {
  constructor(signal: AbortSignal) {
    super('pictures', t('account.pictures'), t('account.pictures.intro'), signal);
  }

  protected async fetch(): Promise<Child[]> {
    return [this.form(await getChoices(this.signal))];
  }

  private form(known: Choices): HTMLFormElement {
    let chosen = known;
    const saved = h('p', { class: 'hint', role: 'status', 'data-testid': 'pictures-saved' });
    const read = (): Choices => {
      const { elements } = form;
      const value = (name: string): string => (elements.namedItem(name) as RadioNodeList).value;
      const answer = ANSWERS.find((each) => each === value('pictures-corrected')) ?? 'usual';
      return {
        visibility: VISIBILITIES.find((each) => each === value('pictures-seen')) ?? chosen.visibility,
        collaborative: COLLABORATIVE[answer],
      };
    };
    const form = simpleForm(
      null,
      async () => {
        saved.textContent = '';
        chosen = await choose(chosen, read());
        saved.textContent = t('account.pictures.saved');
      },
      choices(
        t('account.pictures.seen'),
        ...VISIBILITIES.map((each) => choice('radio', 'pictures-seen', each, t(`account.pictures.seen.${each}`), each === known.visibility)),
      ),
      choices(
        t('account.pictures.corrected'),
        ...ANSWERS.map((each) =>
          choice('radio', 'pictures-corrected', each, t(`account.pictures.corrected.${each}`), COLLABORATIVE[each] === known.collaborative),
        ),
      ),
      h('div', { class: 'actions' }, h('button', { class: 'button primary', 'data-testid': 'pictures-save' }, t('account.pictures.save')), saved),
    );
    form.addEventListener('change', () => {
      saved.textContent = '';
    });
    return form;
  }
}
