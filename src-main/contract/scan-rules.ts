/** Which names below a folder are looked at. Names are compared without regard to case. */

const pictureExtensions = new Set('jpg jpeg jpe jfif pjpeg pjp png apng webp avif gif tif tiff bmp dib'.split(' '));

/** Pictures by name that no decoder here reads: reported, so that nobody wonders where they are. */
const otherPictureExtensions = new Set(
  'heic heif svg svgz jxl jp2 j2k psd psb xcf ico ppm pgm pbm pnm exr hdr tga dng cr2 cr3 nef arw orf rw2 raf'.split(
    ' ',
  ),
);

/** What systems and servers keep beside pictures: previews, wastebaskets, indexes. */
const skippedFolders = new Set([
  '@eadir',
  '#recycle',
  '#snapshot',
  '__macosx',
  '$recycle.bin',
  'system volume information',
  'lost+found',
  'thumbs.db',
]);

export type NameKind = 'picture' | 'otherPicture' | 'none';

/** What a file is by its name; hidden ones (`.x`, also `._x.jpg` of macOS) are nothing. */
export function kindOfName(name: string): NameKind {
  if (name.startsWith('.')) return 'none';
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
  if (pictureExtensions.has(extension)) return 'picture';
  return otherPictureExtensions.has(extension) ? 'otherPicture' : 'none';
}

/** Hidden folders (`.thumbnails` among them) and those above are not entered. */
export function isSkippedFolder(name: string): boolean {
  return name.startsWith('.') || skippedFolders.has(name.toLowerCase());
}
