import { h } from '../lib/dom';
import { icon } from '../lib/icons';
import { t } from '../locales';
import { droppedFiles } from './files';

function fileInput(id: string, attributes: Record<string, string | boolean>, onFiles: (files: File[]) => void): HTMLInputElement {
  const input = h('input', {
    type: 'file',
    id,
    multiple: true,
    class: 'visually-hidden',
    ...attributes,
    onchange: () => {
      onFiles([...(input.files ?? [])]);
      // The same file may be chosen again after it was taken off the list.
      input.value = '';
    },
  });
  return input;
}

/** Where files are dropped or chosen. */
export function buildChooser(onFiles: (files: File[]) => void): HTMLElement {
  const zone = h(
    'div',
    { class: 'dropzone' },
    icon('upload'),
    h('p', {}, t('upload.drop')),
    h(
      'div',
      { class: 'actions center' },
      fileInput('upload-files', { accept: 'image/jpeg,image/heic,image/heif,image/png,image/webp,.jpg,.jpeg,.heic,.heif,.png,.webp', 'data-testid': 'upload-input' }, onFiles),
      h('label', { for: 'upload-files', class: 'button' }, t('upload.choose')),
      fileInput('upload-folder', { webkitdirectory: true, 'data-testid': 'upload-folder-input' }, onFiles),
      h('label', { for: 'upload-folder', class: 'button folder-choice' }, t('upload.chooseFolder')),
    ),
  );
  let depth = 0;
  const mark = (change: number): void => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle('over', depth > 0);
  };
  zone.addEventListener('dragenter', () => {
    mark(1);
  });
  zone.addEventListener('dragleave', () => {
    mark(-1);
  });
  zone.addEventListener('dragover', (event) => {
    event.preventDefault();
  });
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(-depth);
    if (event.dataTransfer !== null) void droppedFiles(event.dataTransfer).then(onFiles);
  });
  return zone;
}
