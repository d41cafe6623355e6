import { choice } from '../../app/choice';
import { labelled } from '../../app/labelled';
import { numberField } from '../../app/numberField';
import { fill, h } from '../../lib/dom';
import { t } from '../../locales';
import { secondsBetween, wallClock } from '../../mine/outcome';
import { pathOf } from '../files';
import { ALL } from './amounts';
import { folderOf, scopesOf, type Wishes } from './outcome';
import { type Shot, SILENT } from './shot';

/** Farthest that the API takes a clock to be off: 100 years, seconds. */
const FARTHEST_S = 3_155_760_000;

/** What the first picture of a choice is called, and its clock showed. */
interface First {
  readonly name: string;
  readonly wall: string;
}

/** Fields that put clocks and directions right: of all files, or of those of a folder or a camera. */
export class CorrectionFields {
  readonly element: HTMLElement;
  private readonly which = h('select', { id: 'look-which', 'data-testid': 'look-which' });
  private readonly whichField = labelled(t('look.which'), this.which);
  private readonly time = h('input', { id: 'look-time', type: 'datetime-local', step: 1, 'aria-describedby': 'look-time-hint', 'data-testid': 'look-time' });
  private readonly timeHint = h('p', { class: 'hint', id: 'look-time-hint' });
  private readonly behind = numberField('look-behind', t('look.behind'), { min: -FARTHEST_S, max: FARTHEST_S, value: 0, hint: t('look.behindHint') });
  private readonly turn = numberField('look-turn', t('look.turn'), { min: -360, max: 360, value: 0, hint: t('look.turnHint') });
  private readonly along = choice('checkbox', 'look-along', 'yes', t('look.along'), false);
  private readonly relative = numberField('look-relative', t('mine.follow.relative'), { min: -180, max: 180, value: 0, hint: t('mine.follow.hint') });
  private first: First | null = null;
  private options = '';

  /** `onChange`: something else is wished now. */
  constructor(
    private readonly wishes: Wishes,
    private readonly onChange: () => void,
  ) {
    this.element = h(
      'details',
      { class: 'disclosure look-part' },
      h('summary', { 'data-testid': 'look-correct' }, t('look.correct')),
      h(
        'div',
        { class: 'form' },
        this.whichField,
        labelled(t('mine.retime.first'), this.time, this.timeHint),
        this.behind.element,
        this.turn.element,
        this.along,
        this.relative.element,
      ),
    );
    this.element.addEventListener('input', ({ target }) => { this.take(target); });
  }

  /** An upload that was begun keeps what was said of all its directions at its beginning. */
  set isBegun(isBegun: boolean) {
    this.along.hidden = isBegun;
    const box = this.along.querySelector('input');
    if (box !== null) box.checked = this.wishes.relative !== null;
    this.showRelative(isBegun);
  }

  /** Shows what there is to choose among, and what is wished of what is chosen. What is typed in just now stays. */
  show(files: readonly File[], shots: readonly Shot[]): void {
    this.offer(files, shots);
    const among = files.flatMap((file, index) => {
      const shot = shots[index] ?? SILENT;
      return scopesOf(file, shot).includes(this.scope) ? [{ file, shot: this.wishes.before(file, shot) }] : [];
    });
    const timed = among.filter(({ shot }) => shot.at !== null);
    const first = timed.reduce((one, other) => ((other.shot.at ?? 0) < (one.shot.at ?? 0) ? other : one), timed[0] ?? { file: null, shot: SILENT });
    const { file, shot } = first;
    const wall = shot.wall === null ? null : wallClock(new Date(shot.wall).toISOString());
    this.first = file === null || wall === null ? null : { name: pathOf(file), wall };
    this.time.disabled = this.first === null;
    this.timeHint.textContent = this.first === null ? t('look.noClock') : t('look.timeHint', { name: this.first.name });
    const any = among[0];
    const scopes = any === undefined ? [] : scopesOf(any.file, any.shot);
    this.put(this.behind.input, String(this.wishes.clocks.of(scopes)));
    this.put(this.turn.input, String(this.wishes.turns.of(scopes)));
    this.showTime(this.wishes.clocks.of(scopes));
  }

  private get scope(): string {
    return this.which.value === '' ? ALL : this.which.value;
  }

  private put(input: HTMLInputElement, value: string): void {
    if (document.activeElement !== input) input.value = value;
  }

  private showTime(behind: number): void {
    const wall = this.first === null ? NaN : Date.parse(`${this.first.wall}Z`) + behind * 1000;
    this.put(this.time, Number.isNaN(wall) ? '' : wallClock(new Date(wall).toISOString()));
  }

  private showRelative(isBegun: boolean): void {
    this.relative.element.hidden = isBegun || this.wishes.relative === null;
    this.turn.element.hidden = this.wishes.relative !== null;
  }

  /** What there is besides all of them; nothing is asked where that is all the same. */
  private offer(files: readonly File[], shots: readonly Shot[]): void {
    const folders = [...new Set(files.map(folderOf))].sort();
    const cameras = [...new Set(shots.flatMap(({ camera }) => camera ?? []))].sort();
    const offered = [
      ...(folders.length < 2 ? [] : folders.map((name) => [`folder ${name}`, name === '' ? t('look.which.noFolder') : t('look.which.folder', { name })] as const)),
      ...(cameras.length < 2 ? [] : cameras.map((name) => [`camera ${name}`, t('look.which.camera', { name })] as const)),
    ];
    const options = JSON.stringify(offered);
    if (options === this.options) return;
    this.options = options;
    const { scope } = this;
    fill(this.which, h('option', { value: ALL }, t('look.which.all')), ...offered.map(([value, label]) => h('option', { value }, label)));
    this.which.value = offered.some(([value]) => value === scope) ? scope : ALL;
    this.whichField.hidden = offered.length === 0;
  }

  private take(target: EventTarget | null): void {
    const { wishes, scope } = this;
    if (target === this.time) {
      const seconds = secondsBetween(this.first?.wall ?? '', this.time.value);
      if (seconds === null) return;
      wishes.clocks.set(scope, seconds);
    } else if (target === this.behind.input) {
      const { valueAsNumber: seconds } = this.behind.input;
      if (!(Math.abs(seconds) <= FARTHEST_S)) return;
      wishes.clocks.set(scope, seconds);
    } else if (target === this.turn.input) {
      const { valueAsNumber: degrees } = this.turn.input;
      if (!(Math.abs(degrees) <= 360)) return;
      wishes.turns.set(scope, degrees);
    } else if (target !== this.which) {
      const relative = this.relative.input.valueAsNumber;
      const isAlong = this.along.querySelector('input')?.checked === true;
      if (isAlong && !(Math.abs(relative) <= 180)) return;
      wishes.relative = isAlong ? relative : null;
      this.showRelative(false);
    }
    this.onChange();
  }
}
