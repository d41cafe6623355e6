/** The texts that administrators write for everybody, by their names in addresses. */
export const PAGE_NAMES = ['terms-of-service', 'end-user-license-agreement', 'end-user-license-agreement-summary', 'custom-banner'] as const;
export type PageName = (typeof PAGE_NAMES)[number];

/** Those that are read on a page of their own. */
export const READ_ALONE = PAGE_NAMES.filter((name) => name !== 'custom-banner');

/** The name in an address such as `/pages/terms-of-service`. */
export function pageNameOf(pathname: string): PageName | null {
  const name = pathname.split('/')[2];
  return PAGE_NAMES.find((each) => each === name) ?? null;
}
