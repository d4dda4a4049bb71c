// The header that leads to a listing's next page (RFC 8288, section 3.1: a reference relative to the request).

export function linkToNext(
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  cursor: string | undefined,
): Readonly<Record<string, string>> {
  if (cursor === undefined) return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor }))
    if (value !== undefined) parameters.set(name, value);
  return { link: `<${path}?${parameters}>; rel="next"` };
}
