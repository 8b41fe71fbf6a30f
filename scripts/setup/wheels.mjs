/**
 * The TensorFlow that Kindred runs on: one wheel for each platform, by its SHA-256.
 *
 * The native libraries inside do not depend on Python, so the build for Python 3.11 serves whatever Python is there.
 * `unpackedMb` is what stays on disk, the two libraries and a few headers.
 */
export const tensorflowVersion = '2.21.0';

const wheels = {
  'linux-x64-cpu': {
    package: 'tensorflow-cpu',
    platform: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    downloadMb: 274,
    unpackedMb: 854,
  },
  'linux-x64-gpu': {
    package: 'tensorflow',
    platform: 'manylinux_2_27_x86_64',
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    downloadMb: 600,
    unpackedMb: 1700,
  },
  'linux-arm64-cpu': {
    package: 'tensorflow',
    platform: 'manylinux_2_27_aarch64',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    downloadMb: 280,
    unpackedMb: 900,
  },
  'darwin-arm64-cpu': {
    package: 'tensorflow',
    platform: 'macosx_12_0_arm64',
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    downloadMb: 250,
    unpackedMb: 900,
  },
};

/**
 * @param device 'cpu' or 'gpu'.
 * @returns the wheel, with `name` (its folder in the cache), or null where TensorFlow offers none with these libraries
 *   (Windows, Intel Macs): there tfjs-node's own download serves.
 */
export function wheelFor(device, platform = process.platform, arch = process.arch) {
  const wheel = wheels[`${platform}-${arch}-${device}`];
  if (wheel === undefined) return null;
  const suffix = device === 'gpu' ? 'gpu' : 'cpu';
  return { ...wheel, name: `tensorflow-${suffix}-${tensorflowVersion}` };
}
