import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';

import { setNavigator } from './app/navigate';
import { Router } from './app/router';
import { buildShell } from './app/shell';
import { loadLanguage } from './locales';
import { keepForOffline } from './offline/keeping';

await loadLanguage();
const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no #app');
const shell = buildShell(root);
const router = new Router(shell.outlet, shell.setRoute);
setNavigator((address) => {
  router.go(address);
});
router.start();
void keepForOffline();
