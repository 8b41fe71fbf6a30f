import { app, session, type Event } from 'electron';

/** Nothing but the engine's own page is shown, asked, opened or allowed anything. */
export function harden(isOurs: (url: string) => boolean): void {
  const stay = (event: Event & { readonly url: string }): void => void (isOurs(event.url) || event.preventDefault());
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', stay).on('will-redirect', stay).on('will-frame-navigate', stay);
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
  void app.whenReady().then(() => {
    const page = session.defaultSession;
    page.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
    page.setPermissionCheckHandler(() => false);
    page.setDevicePermissionHandler(() => false);
    page.webRequest.onBeforeRequest(({ url }, tell) => tell({ cancel: !isOurs(url) && !url.startsWith('devtools:') }));
    page.on('will-download', (event) => event.preventDefault());
  });
}
