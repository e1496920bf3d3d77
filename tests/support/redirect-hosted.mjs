// Programs written for the hosted API name no server. Loaded before one, this sends what it asks there to TRAMONTANE_ORIGIN.
const origin = process.env.TRAMONTANE_ORIGIN;
const plainFetch = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { hostname, pathname, search } = new URL(request.url);
  if (hostname !== "api.mistral.ai") return await plainFetch(request);
  const { method, headers, signal } = request;
  const body = request.body === null ? undefined : await request.arrayBuffer();
  return await plainFetch(new URL(pathname + search, origin), { method, headers, signal, body });
};
