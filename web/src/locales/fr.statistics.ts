import type { StatisticsMessages } from './en.statistics';

/** Ce que dit la page des statistiques. */
export const frStatistics: StatisticsMessages = {
  'app.statistics': 'Statistiques',
  'statistics.title': 'Statistiques',
  'statistics.of': 'Ce que {name} a montré',
  'statistics.intro': 'Ce que tout le monde peut voir ici. Les chiffres datent d’une minute au plus.',
  'statistics.introOf': 'Ce que tout le monde peut voir de cette personne.',
  'statistics.pictures': 'Photos',
  'statistics.panoramas': '{share} montrent tout autour',
  'statistics.length': 'Longueur',
  'statistics.sequences': 'Séquences',
  'statistics.contributors': 'Contributeurs',
  'statistics.taken': 'Quand elles ont été prises',
  'statistics.year': 'Année',
  'statistics.month': 'Mois',
  'statistics.byMonth': 'Mois par mois',
  'statistics.nothing': 'Il n’y a pas encore de photos à compter.',
  'statistics.nobody': 'Cette personne n’est pas connue ici.',
  'statistics.map': 'Les voir sur la carte',
  'statistics.all': 'Les statistiques de tout le monde',
  'statistics.own': 'Ce que les autres voient de vos photos, en chiffres',
};
