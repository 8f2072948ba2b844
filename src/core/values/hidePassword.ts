/** A URL as it may be shown: without the password, wherever it stands. */
export function hidePassword(url: string | null): string {
  if (url === null) return '';
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  if (shown.searchParams.has('password')) shown.searchParams.set('password', '***');
  return shown.href;
}
