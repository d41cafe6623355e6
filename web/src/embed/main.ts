import '../styles/tokens.css';
import '../styles/base.css';

import { loadLanguage } from '../locales';
import { Embed } from './embed';

// Pages of others show this one within them, where a click may be meant for something else. So neither frame nor router of the
// site are here, and nothing that changes anything: whatever does opens in a tab of its own.
await loadLanguage();
const root = document.getElementById('app');
if (root === null) throw new Error('embed.html has no #app');
root.append(new Embed(new URL(location.href)).element);
