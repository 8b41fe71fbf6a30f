/** electron-builder's configuration: an asar of some kilobytes with the shell, the engine beside it. */
import { join } from 'node:path';
import { root } from '../setup/places.mjs';

const IMAGE_TYPES = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'bmp'];

/** Where `stageEngine` lays the engine out. */
export const staged = join(root, '.setup', 'package', 'engine');

export default {
  appId: 'app.kindred.studio',
  productName: 'Kindred',
  copyright: 'MIT licence',
  directories: { output: 'dist', buildResources: 'resources/icons' },
  files: ['out/main/**', 'out/preload/**', 'resources/icons/tray*.png', 'package.json', '!node_modules/**'],
  // electron-builder passes over a node_modules below what is named, so it is named itself.
  extraResources: [
    { from: staged, to: 'engine' },
    { from: join(staged, 'node_modules'), to: 'engine/node_modules' },
  ],
  asar: true,
  // By this Electron finds its own entry among Linux's applications: for links, and for progress in the dock.
  extraMetadata: { desktopName: 'kindred.desktop' },
  // The engine's native packages are for plain Node, and are there.
  npmRebuild: false,
  afterPack: join(root, 'scripts', 'package', 'fuses.mjs'),
  publish: null,
  protocols: [{ name: 'Kindred', schemes: ['kindred'] }],
  linux: {
    target: ['AppImage', 'deb'],
    executableName: 'kindred',
    category: 'Graphics',
    synopsis: 'Learns what makes your images alike',
    maintainer: 'Kindred',
    icon: 'resources/icons/icon.png',
    // Opening with, for folders and images; nothing is made the default.
    mimeTypes: ['inode/directory', ...IMAGE_TYPES.map((type) => `image/${type}`)],
  },
  mac: {
    target: 'dmg',
    category: 'public.app-category.photography',
    icon: 'resources/icons/icon.png',
    extendInfo: {
      CFBundleDocumentTypes: [
        {
          CFBundleTypeName: 'Folders and images',
          CFBundleTypeRole: 'Viewer',
          LSHandlerRank: 'Alternate',
          LSItemContentTypes: ['public.folder', 'public.image'],
        },
      ],
    },
  },
  win: { target: 'nsis', icon: 'resources/icons/icon.png' },
  nsis: {
    oneClick: false,
    allowToChangeInstallationDirectory: true,
    include: 'scripts/package/open-with.nsh',
  },
};
