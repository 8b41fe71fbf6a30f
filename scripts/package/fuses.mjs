/** Switches in Electron's own binary, set while it is packaged; what they turn off can't be turned on from outside. */
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { join } from 'node:path';

/** All there are; one that a newer Electron adds stops the packaging until it is decided here. */
export const fuses = {
  version: FuseVersion.V1,
  strictlyRequireAllFuses: true,
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.WasmTrapHandlers]: true,
};

/** electron-builder calls this between laying the app out and signing it. */
export default async function afterPack({ appOutDir, packager, electronPlatformName, arch }) {
  const name = packager.appInfo.productFilename;
  const binaries = { darwin: `${name}.app`, mas: `${name}.app`, win32: `${name}.exe` };
  const binary = join(appOutDir, binaries[electronPlatformName] ?? packager.executableName);
  // electron-builder's number for arm64. Such a Mac runs nothing whose signature does not fit.
  const resetAdHocDarwinSignature = electronPlatformName === 'darwin' && arch === 3;
  await flipFuses(binary, { ...fuses, resetAdHocDarwinSignature });
}
