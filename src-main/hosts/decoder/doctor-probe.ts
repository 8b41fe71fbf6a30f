/** A decoder process that only tells what it decodes with: loads sharp, prints one JSON line. */
import sharp from 'sharp';
import type { DecoderFacts } from '#contract/doctor.ts';

const formats = Object.entries(sharp.format).flatMap(([name, format]) => (format.input.buffer ? [name] : []));
const facts: DecoderFacts = {
  sharp: sharp.versions.sharp ?? 'unknown',
  libvips: sharp.versions.vips,
  formats: formats.toSorted(),
};
console.log(JSON.stringify(facts));
