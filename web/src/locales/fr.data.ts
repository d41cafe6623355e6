import type { DataMessages } from './en.data';

/** Les textes de la page des données. */
export const frData: DataMessages = {
  'app.data': 'Données ouvertes',
  'title.data': 'Données ouvertes',
  'data.intro':
    'Tout ce que chacun peut voir ici peut être emporté : pour la recherche, pour des cartes, pour l’apprentissage. Chaque photo nomme sa licence et qui citer ; respectez-la. Ce qui a été retiré n’y est pas.',
  'data.table': 'Sous forme de table',
  'data.table.text':
    'Une ligne par photo : où, quand, dans quelle direction, par qui, sous quelle licence, avec ses étiquettes et les adresses de ses fichiers. GeoParquet s’ouvre dans DuckDB, GeoPandas et QGIS, directement depuis ici.',
  'data.table.none': 'Ce serveur n’écrit pas de fichiers. Les autres moyens donnent la même chose.',
  'data.table.address': 'Liste des fichiers (collection STAC)',
  'data.table.duckdb': 'Pour essayer dans DuckDB',
  'data.table.snapshot': 'Pour la citer et l’archiver : tous les fichiers, avec sommes de contrôle et fiche descriptive',
  'data.facts': '{pictures} dans {files}, {size}, écrits {when}.',
  'data.incomplete': 'Une partie est en train d’être réécrite.',
  'data.nothingYet': 'Il n’y a pas encore de fichiers. Ils sont écrits peu après que les premières photos sont publiques.',
  'data.pictures_one': '{count} photo',
  'data.pictures_other': '{count} photos',
  'data.files_one': '{count} fichier',
  'data.files_other': '{count} fichiers',
  'data.list': 'Les fichiers, un par un',
  'data.tile': 'Tuile de la carte',
  'data.count': 'Photos',
  'data.size': 'Taille',
  'data.download': 'Télécharger le fichier de la tuile {tile}',
  'data.more_one': '{count} fichier de plus est dans la liste que lisent les programmes.',
  'data.more_other': '{count} fichiers de plus sont dans la liste que lisent les programmes.',
  'data.fetch': 'Les photos elles-mêmes',
  'data.fetch.text':
    'Le programme de ce site prend toutes les photos d’une zone, vérifie chacune, reprend là où il a été interrompu, et plus tard ne prend que le nouveau et enlève ce qui a été retiré. Changez les quatre nombres (ouest, sud, est, nord) pour le lieu que vous voulez.',
  'data.fetch.command': 'Commande',
  'data.changes': 'Ce qui change',
  'data.changes.text':
    'Chaque photo qui apparaît, change ou disparaît, dans l’ordre et sans lacune : pour tenir une copie à jour, ou pour un robot qui regarde le nouveau. Les programmes peuvent attendre, suivre le flux, ou être prévenus (webhooks).',
  'data.changes.address': 'La première page des changements',
  'data.api': 'Toute l’interface',
  'data.api.text': 'Chercher par lieu, date et étiquettes, lire photos et séquences, rendre ce que vous avez trouvé : l’interface est celle de Panoramax et de STAC.',
  'data.api.open': 'Ouvrir la description',
};
