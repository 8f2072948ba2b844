/** Returns the URL with its password masked, both in the authority and in the query. */
export function hidePassword(url: string | null): string {
  if (url === null) return '';
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  if (shown.searchParams.has('password')) shown.searchParams.set('password', '***');
  return shown.href;
}
