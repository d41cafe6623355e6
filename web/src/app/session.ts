import { type Account, ACCOUNT, endSession, redeemInvite, signInWith, whoAmI } from '../api/account';
import { ApiError } from '../api/errors';
import { forgetKept } from '../api/kept';

const HINT_KEY = 'flaneur.signedIn';
/** Cookies that the server sets beside the session's own, which scripts can't read. */
const VISIBLE_COOKIES = /(?:^|;\s*)(?:user_id|user_name)=/;

/** Whether it is worth asking who is signed in: an anonymous visit makes no such request. */
function mayBeSignedIn(): boolean {
  if (VISIBLE_COOKIES.test(document.cookie)) return true;
  try {
    return localStorage.getItem(HINT_KEY) !== null;
  } catch {
    return true;
  }
}

function keepHint(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(HINT_KEY, '1');
    else localStorage.removeItem(HINT_KEY);
  } catch {
    // Without storage we ask the server at every visit.
  }
  if (!signedIn) forgetKept(ACCOUNT);
}

type Listener = (account: Account | null) => void;

/** Who is signed in in this browser. */
class Session {
  private known: Promise<Account | null> | null = null;
  private readonly listeners = new Set<Listener>();

  /** The account, or null for a stranger. */
  account(): Promise<Account | null> {
    this.known ??= mayBeSignedIn() ? this.ask() : Promise.resolve(null);
    return this.known;
  }

  async signIn(token: string): Promise<Account> {
    return this.enter(await signInWith(token));
  }

  async redeem(code: string): Promise<Account> {
    return this.enter(await redeemInvite(code));
  }

  async signOut(): Promise<void> {
    const { pathname, search, hash } = window.location;
    const onward = await endSession(pathname + search + hash);
    this.forget();
    if (onward !== null) window.location.assign(onward);
  }

  /** The account is no more: nobody is signed in, and there is no session to end. */
  forget(): void {
    keepHint(false);
    this.become(null);
  }

  /** Calls back at every sign-in and sign-out. Answers how to stop that. */
  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async ask(): Promise<Account | null> {
    try {
      const account = await whoAmI();
      keepHint(true);
      return account;
    } catch (error) {
      if (error instanceof ApiError && (error.kind === 'signedOut' || error.kind === 'forbidden')) keepHint(false);
      else this.known = null;
      return null;
    }
  }

  private enter(account: Account): Account {
    keepHint(true);
    this.become(account);
    return account;
  }

  private become(account: Account | null): void {
    this.known = Promise.resolve(account);
    for (const listener of this.listeners) listener(account);
  }
}

export const session = new Session();
