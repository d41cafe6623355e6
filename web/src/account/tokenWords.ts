import type { Token } from '../api/tokens';
import { formatMoment } from '../lib/time';
import { language, listed, t } from '../locales';

/** What a token may do. */
export function mayText({ scopes }: Pick<Token, 'scopes'>): string {
  if (scopes === null) return t('account.tokens.mayAll');
  return t('account.tokens.may', { what: listed(scopes.map((scope) => t(`account.tokens.does.${scope}`))) });
}

/** What a token that somebody is asked for would be allowed, line by line. */
export function askedTexts({ scopes, expiresAt }: Pick<Token, 'scopes' | 'expiresAt'>): readonly string[] {
  const may = scopes === null ? [t('claim.all')] : scopes.map((scope) => t(`account.tokens.scope.${scope}`));
  const until = expiresAt === null ? t('claim.forEver') : t('claim.until', { when: formatMoment(expiresAt, language()) });
  return [...may, until];
}
