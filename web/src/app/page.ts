/** One page of the site, put into the main element by the router. */
export interface Page {
  readonly element: HTMLElement;
  /** Shown in the title bar before the name of the site; null for the name alone. */
  readonly title: string | null;
  /** The address changed but the page stays: back and forward within a page. */
  update?(url: URL): void;
  /** False when leaving would lose something the reader wants to keep. */
  mayLeave?(): boolean;
  /** What to ask before leaving then, if not what is asked of an upload. */
  readonly leaving?: string;
  destroy?(): void;
}

export type OpenPage = (url: URL) => Page | Promise<Page>;

export interface Route {
  readonly name: string;
  readonly pattern: RegExp;
  readonly open: OpenPage;
}

const PAGES = {
  walk: async (url: URL): Promise<Page> => (await import('../walk/page')).openWalk(url),
  upload: async (): Promise<Page> => (await import('../upload/page')).openUpload(),
  signIn: async (url: URL): Promise<Page> => (await import('../account/signIn')).openSignIn(url),
  invite: async (url: URL): Promise<Page> => (await import('../account/invite')).openInvite(url),
  mail: async (url: URL): Promise<Page> => (await import('../account/mailLink')).openMailLink(url),
  claim: async (url: URL): Promise<Page> => (await import('../account/claim')).openClaim(url),
  account: async (url: URL): Promise<Page> => (await import('../account/page')).openAccount(url),
  ownAreas: async (): Promise<Page> => (await import('../areas/page')).openOwnAreas(),
  instanceAreas: async (): Promise<Page> => (await import('../areas/page')).openInstanceAreas(),
  reports: async (): Promise<Page> => (await import('../reports/page')).openReports(),
  report: async (url: URL): Promise<Page> => (await import('../reports/case')).openCase(url),
  mine: async (): Promise<Page> => (await import('../mine/page')).openMine(),
  correct: async (url: URL): Promise<Page> => (await import('../mine/page')).openCorrect(url),
  pages: async (): Promise<Page> => (await import('../pages/overview')).openPages(),
  statistics: async (url: URL): Promise<Page> => (await import('../statistics/page')).openStatistics(url),
  data: async (): Promise<Page> => (await import('../data/page')).openData(),
  page: async (url: URL): Promise<Page> => (await import('../pages/page')).openPage(url),
  notFound: async (): Promise<Page> => (await import('./notFound')).openNotFound(),
};

/** The addresses of the site. The last one takes everything. */
export const ROUTES: readonly Route[] = [
  { name: 'walk', pattern: /^\/(?:sequences\/[^/]+\/?)?$/, open: PAGES.walk },
  { name: 'upload', pattern: /^\/upload\/?$/, open: PAGES.upload },
  { name: 'sign-in', pattern: /^\/sign-in\/?$/, open: PAGES.signIn },
  { name: 'invite', pattern: /^\/invite\/?$/, open: PAGES.invite },
  { name: 'mail', pattern: /^\/mail\/?$/, open: PAGES.mail },
  { name: 'claim', pattern: /^\/claim\/?$/, open: PAGES.claim },
  { name: 'account', pattern: /^\/account\/?$/, open: PAGES.account },
  { name: 'own-areas', pattern: /^\/account\/excluded-areas\/?$/, open: PAGES.ownAreas },
  { name: 'instance-areas', pattern: /^\/excluded-areas\/?$/, open: PAGES.instanceAreas },
  { name: 'reports', pattern: /^\/reports\/?$/, open: PAGES.reports },
  { name: 'report', pattern: /^\/reports\/[^/]+\/?$/, open: PAGES.report },
  { name: 'mine', pattern: /^\/pictures\/?$/, open: PAGES.mine },
  { name: 'correct', pattern: /^\/pictures\/correct\/?$/, open: PAGES.correct },
  { name: 'pages', pattern: /^\/pages\/?$/, open: PAGES.pages },
  { name: 'page', pattern: /^\/pages\/[^/]+\/?$/, open: PAGES.page },
  { name: 'data', pattern: /^\/data\/?$/, open: PAGES.data },
  { name: 'statistics', pattern: /^\/statistics\/?$/, open: PAGES.statistics },
  { name: 'not-found', pattern: /^/, open: PAGES.notFound },
];

/** The route of a path. */
export function routeOf(pathname: string): Route | undefined {
  return ROUTES.find((route) => route.pattern.test(pathname));
}
